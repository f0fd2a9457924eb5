//! Event of events.k8s.io, stored as core's: members that core calls otherwise. And core's own, which shows and
//! selects the same.

use crate::hooks::cells::{age, micro_age, non_empty_or};
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
pub(super) struct Event;

impl Hooks for Event {
    /// Both groups call their version v1, so the object says which way to go.
    fn convert(&self, _from: &str, _to: &str, object: &mut Value) {
        if is_new(object) { to_core(object) } else { from_core(object) }
    }

    /// Selectable fields are named as core calls them.
    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        let (first, rest) = field.split_once('.').map_or((field, None), |(first, rest)| (first, Some(rest)));
        let (_, new) = NAMES.iter().find(|(core, _)| *core == first)?;
        let path = [Some(*new), rest];
        let path: Vec<&str> = path.into_iter().flatten().collect();
        Some(object.text_at(&path).to_owned())
    }

    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        let mut core = object.clone();
        to_core(&mut core);
        cells(&core, now_unix_seconds)
    }
}

/// core Event.
#[derive(Debug)]
pub(in crate::hooks) struct CoreEvent;

impl Hooks for CoreEvent {
    /// `source` is whoever reported the event, in either way of saying so.
    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        let reporter = object.text_at(&["reportingComponent"]);
        (field == "source").then(|| non_empty_or(object, &["source", "component"], reporter).to_owned())
    }

    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        cells(object, now_unix_seconds)
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

/// The cells of an event in its core form.
fn cells(event: &Value, now: i64) -> Vec<Value> {
    let given = |path: &[&str]| event.at(path).filter(|value| !value.is_null());
    let first = match given(&["firstTimestamp"]) {
        Some(time) => age(Some(time), now),
        None => micro_age(event.get("eventTime"), now),
    };
    let (last, count) = match given(&["series"]) {
        Some(series) => (micro_age(series.get("lastObservedTime"), now), count_of(series)),
        // An event that happened once has no count in the newer API.
        None => (
            given(&["lastTimestamp"]).map_or_else(|| first.clone(), |time| age(Some(time), now)),
            Some(count_of(event)).filter(|count| *count != 0).unwrap_or(1),
        ),
    };
    let message = event.text_at(&["message"]).trim();
    vec![last.into(), about(event).into(), source(event).into(), message.into(), first.into(), count.into()]
}

fn count_of(holder: &Value) -> i64 {
    holder.get("count").and_then(Value::as_int).unwrap_or(0)
}

/// `kind/name`
fn about(event: &Value) -> String {
    let kind = event.text_at(&["involvedObject", "kind"]).to_lowercase();
    match event.text_at(&["involvedObject", "name"]) {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

/// Who reported it, and from where.
fn source(event: &Value) -> String {
    let component = non_empty_or(event, &["source", "component"], event.text_at(&["reportingComponent"]));
    match non_empty_or(event, &["source", "host"], event.text_at(&["reportingInstance"])) {
        "" => component.to_owned(),
        instance => format!("{component}, {instance}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;
    use pintle_meta::value::parse;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Event,
            &[
                (
                    r#"{"regarding":{"kind":"Pod","name":"p"},"eventTime":"1970-01-01T00:16:30.000000Z",
                        "note":" text\n","reportingController":"c","reportingInstance":"i"}"#,
                    r#"["10s","pod/p","c, i","text","10s",1]"#,
                ),
                (
                    r#"{"regarding":{"kind":"Node"},"eventTime":null,"deprecatedSource":{"component":"k"},
                        "deprecatedFirstTimestamp":"1970-01-01T00:16:00Z","deprecatedCount":3,
                        "deprecatedLastTimestamp":"1970-01-01T00:16:39Z"}"#,
                    r#"["1s","node","k","","40s",3]"#,
                ),
                (
                    r#"{"series":{"count":4,"lastObservedTime":"1970-01-01T00:16:38.500000Z"},"eventTime":null}"#,
                    r#"["2s","","","","<unknown>",4]"#,
                ),
            ],
        );
    }

    #[test]
    fn fields_are_selected_by_their_core_names() {
        let event = parse(br#"{"regarding":{"name":"p"},"reportingController":"c","reason":"r"}"#).unwrap();
        let text = |field: &str| Event.selectable_field(&event, field);
        assert_eq!(text("involvedObject.name").as_deref(), Some("p"));
        assert_eq!(text("involvedObject.uid").as_deref(), Some(""));
        assert_eq!(text("reportingComponent").as_deref(), Some("c"));
        assert_eq!(text("reason"), None);

        let event = parse(br#"{"source":{},"reportingComponent":"c"}"#).unwrap();
        assert_eq!(CoreEvent.selectable_field(&event, "source").as_deref(), Some("c"));
        let event = parse(br#"{"source":{"component":"s"},"reportingComponent":"c"}"#).unwrap();
        assert_eq!(CoreEvent.selectable_field(&event, "source").as_deref(), Some("s"));
        assert_eq!(CoreEvent.selectable_field(&event, "involvedObject.name"), None);
    }

    #[test]
    fn the_two_groups_call_members_differently() {
        let new = r#"{"apiVersion":"events.k8s.io/v1","regarding":{"kind":"Pod"},"note":"n","deprecatedCount":1,
            "reportingController":"c","reason":"r","deprecatedSource":{}}"#;
        let core = r#"{"apiVersion":"v1","involvedObject":{"kind":"Pod"},"message":"n","count":1,
            "reportingComponent":"c","reason":"r","source":{}}"#;
        for (from, to) in [(new, core), (core, new)] {
            let (mut made, mut wanted) = (parse(from.as_bytes()).unwrap(), parse(to.as_bytes()).unwrap());
            Event.convert("v1", "v1", &mut made);
            // The caller sets it.
            for object in [&mut made, &mut wanted] {
                object.take_at(&["apiVersion"]);
            }
            assert_eq!(made, wanted);
        }
    }
}
