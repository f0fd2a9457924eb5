//! The annotations in which v1 keeps what only v2 has fields for.

use pintle_meta::{Map, Value};

pub(super) const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
pub(super) const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
pub(super) const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
pub(super) const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";

const ALL: [&str; 4] = [METRICS, BEHAVIOR, CURRENT_METRICS, CONDITIONS];

/// Whether the object has any of them.
pub(super) fn present(object: &Value) -> bool {
    let annotations = object.at(&["metadata", "annotations"]);
    annotations.is_some_and(|annotations| ALL.iter().any(|name| annotations.get(name).is_some()))
}

/// Takes all of them away.
pub(super) fn drop(object: &mut Value) {
    if present(object) {
        ALL.iter().for_each(|name| drop_one(object, name));
    }
}

/// Takes one of them away.
pub(super) fn drop_one(object: &mut Value, name: &str) {
    let gone = object.take_at(&["metadata", "annotations", name]);
    let empty = object.at(&["metadata", "annotations"]).is_some_and(Value::is_empty);
    if gone.is_some() && empty {
        object.take_at(&["metadata", "annotations"]);
    }
}

/// The text of one of them.
pub(super) fn get<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.at(&["metadata", "annotations", name])?.as_str()
}

/// Adds some of them, in the order of their names.
pub(super) fn add(object: &mut Value, texts: Vec<(&str, String)>) {
    if texts.is_empty() {
        return;
    }
    let Some(place) = object.place(&["metadata", "annotations"]) else { return };
    if place.is_null() {
        *place = Value::Map(Map::new());
    }
    if let Value::Map(annotations) = place {
        annotations.extend(texts.into_iter().map(|(name, text)| (name.into(), text.into())));
        annotations.sort();
    }
}
