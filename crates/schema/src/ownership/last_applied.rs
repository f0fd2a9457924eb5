//! The upgrade from client-side apply: what kubectl's annotation shows that kubectl applied is kubectl's to change, and
//! the annotation follows, so that a client-side apply can take over again.

use super::change::Write;
use super::{Comparison, FieldSet, check, fields_of};
use crate::object_meta::ANNOTATIONS_MAX;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Object, ObjectMut, Value};

/// The only manager that upgrades.
pub(super) const MANAGER: &str = "kubectl";
/// What client-side apply remembers.
const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What the annotation shows to be applied and still is as it was applied; nothing when the annotation is no help.
pub(super) fn allowed(write: &Write<'_>, live: &Value) -> FieldSet {
    let applied = text(live).and_then(|text| parse(text.as_bytes()).ok());
    let Some(applied) = applied.filter(|applied| applied.api_version() == write.api_version) else {
        return FieldSet::new();
    };
    if check::check(write.schema, &applied).is_err() {
        return FieldSet::new();
    }
    let Ok(changed) = Comparison::of(write.schema, &applied, live) else { return FieldSet::new() };
    let same = fields_of(write.schema, &applied).difference(&changed.modified);
    same.difference(&changed.added).difference(&changed.removed)
}

/// Lets the annotation, where there is one, say what was applied just now.
pub(super) fn follow(document: &mut Option<Value>, live: &Value, config: &Value) {
    let object = document.as_ref().unwrap_or(live);
    if text(object).is_none() {
        return;
    }
    let mut annotations = object.annotations().cloned().unwrap_or_default();
    annotations.remove(ANNOTATION);
    let config = config_text(config);
    let size: usize =
        annotations.iter().map(|(key, value)| key.len() + value.as_str().unwrap_or_default().len()).sum();
    if size + ANNOTATION.len() + config.len() <= ANNOTATIONS_MAX {
        annotations.insert(ANNOTATION, config);
    }
    if object.annotations() == Some(&annotations) {
        return;
    }
    let mut object = object.clone();
    object.set_meta("annotations", annotations);
    *document = Some(object);
}

fn text(object: &Value) -> Option<&str> {
    object.annotations()?.get(ANNOTATION)?.as_str().filter(|text| !text.is_empty())
}

/// The config without the annotation, as unstructured objects are written.
fn config_text(config: &Value) -> String {
    let mut config = config.clone();
    config.take_at(&["metadata", "annotations", ANNOTATION]);
    sort(&mut config);
    let mut text = to_json(&config);
    text.push(b'\n');
    String::from_utf8_lossy(&text).into_owned()
}

fn sort(value: &mut Value) {
    match value {
        Value::Map(map) => {
            map.sort();
            map.iter_mut().for_each(|(_, value)| sort(value));
        }
        Value::List(list) => list.make_mut().iter_mut().for_each(sort),
        _ => {}
    }
}
