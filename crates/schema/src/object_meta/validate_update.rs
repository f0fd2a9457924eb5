//! What is wrong with metadata as a change of other metadata, in the reference's order.

use super::validate::{annotation_errors, label_errors};
use pintle_meta::field::go_quote;
use pintle_meta::{FieldError, Object, Value};
use std::collections::BTreeSet;

/// Members that never change.
const IMMUTABLE: [&str; 6] =
    ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"];

/// What is wrong with `object` as a successor of `old`.
pub fn validate_update(object: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if old.deletion_timestamp().is_some() {
        errors.extend(new_finalizers(object, old));
    }
    if object.resource_version().is_empty() {
        let detail = "must be specified for an update";
        errors.push(FieldError::invalid("metadata.resourceVersion", &Value::from(""), detail));
    }
    if object.generation() < old.generation() {
        let shown = Value::Int(object.generation());
        errors.push(FieldError::invalid("metadata.generation", &shown, "must not be decremented"));
    }
    for key in IMMUTABLE {
        let of =
            |object: &Value| object.metadata().and_then(|meta| meta.get(key)).cloned().unwrap_or_default();
        let (new, former) = (of(object), of(old));
        if new != former {
            errors.push(FieldError::invalid(format!("metadata.{key}"), &new, "field is immutable"));
        }
    }
    if let Some(labels) = object.labels() {
        errors.extend(label_errors(labels, "metadata.labels"));
    }
    if let Some(annotations) = object.annotations() {
        errors.extend(annotation_errors(annotations, "metadata.annotations"));
    }
    errors
}

/// An object that is being deleted takes no more finalizers.
fn new_finalizers(object: &Value, old: &Value) -> Option<FieldError> {
    let is_new = |name: &&str| !old.finalizers().any(|have| have == *name);
    let added: BTreeSet<&str> = object.finalizers().filter(is_new).collect();
    let added: Vec<String> = added.into_iter().map(go_quote).collect();
    if added.is_empty() {
        return None;
    }
    let detail = format!(
        "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
        added.join(", ")
    );
    Some(FieldError::forbidden("metadata.finalizers", detail))
}
