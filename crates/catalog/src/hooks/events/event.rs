//! Event of events.k8s.io, stored as core's: members that core calls otherwise.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// What core calls a member, and what events.k8s.io calls it.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

/// events.k8s.io Event.
#[derive(Debug)]
pub(crate) struct Event;

impl Hooks for Event {
    /// Both groups call their version v1, so the object says which way to go.
    fn convert(&self, _from: &str, _to: &str, object: &mut Value) {
        if is_new(object) { to_core(object) } else { from_core(object) }
    }
}

fn is_new(object: &Value) -> bool {
    object.text_at(&["apiVersion"]).starts_with("events.k8s.io/")
}

fn to_core(object: &mut Value) {
    NAMES.iter().for_each(|(core, new)| rename(object, new, core));
}

fn from_core(object: &mut Value) {
    NAMES.iter().for_each(|(core, new)| rename(object, core, new));
}

fn rename(object: &mut Value, from: &str, to: &str) {
    if let (Some(value), Some(map)) = (object.take_at(&[from]), object.as_map_mut()) {
        *map.entry(to) = value;
    }
}
