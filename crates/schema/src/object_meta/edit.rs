//! Edits of metadata that the server makes by itself.

use crate::decode::set_field;
use crate::resource::{Generation, Strategy};
use crate::types::Struct;
use pintle_meta::{List, Map, Object, ObjectMut, Str, Value};

/// Members of metadata that only the server sets.
const SYSTEM: [&str; 5] =
    ["creationTimestamp", "uid", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

/// Sets a member of metadata in the place where Go prints it.
pub fn set_meta(schema: &Struct, object: &mut Value, key: &str, value: impl Into<Value>) {
    let meta_type = schema.field("metadata").and_then(|(_, field)| field.ty.as_struct());
    let Some(Value::Map(meta)) = object.place(&["metadata"]).map(|meta| {
        if meta.is_null() {
            *meta = Value::Map(Map::new());
        }
        meta
    }) else {
        return;
    };
    match meta_type {
        Some(meta_type) => set_field(meta_type, meta, key, value.into()),
        None => drop(meta.insert(key, value.into())),
    }
}

/// Removes what a client may not set on a new object. Generation and resourceVersion stay.
pub fn wipe_system(object: &mut Value) {
    for key in SYSTEM {
        object.remove_meta(key);
    }
}

/// Makes an object ready to be created: its uid, its time, its first generation.
pub fn begin_create(schema: &Struct, strategy: &Strategy, object: &mut Value, uid: String, now: &str) {
    set_meta(schema, object, "uid", uid);
    set_meta(schema, object, "creationTimestamp", now);
    if let Generation::Managed { starts_at_one: true, .. } = strategy.generation {
        set_meta(schema, object, "generation", 1);
    }
}

/// Keeps of `old` what no update may change.
pub fn begin_update(schema: &Struct, object: &mut Value, old: &Value) {
    object.remove_meta("selfLink");
    keep(schema, object, old, "generation");
    if object.uid().is_empty() {
        keep(schema, object, old, "uid");
    }
    keep(schema, object, old, "creationTimestamp");
    if old.deletion_timestamp().is_some() {
        keep(schema, object, old, "deletionTimestamp");
    }
    if object.deletion_grace_period_seconds().is_none() && old.deletion_grace_period_seconds().is_some() {
        keep(schema, object, old, "deletionGracePeriodSeconds");
    }
}

fn keep(schema: &Struct, object: &mut Value, old: &Value, key: &str) {
    match old.metadata().and_then(|meta| meta.get(key)) {
        Some(value) => set_meta(schema, object, key, value.clone()),
        None => drop(object.remove_meta(key)),
    }
}

/// Moves generation when a member changed that the resource's generation tells of.
pub fn bump_generation(schema: &Struct, strategy: &Strategy, object: &mut Value, old: &Value) {
    let Generation::Managed { bumped_by, .. } = &strategy.generation else { return };
    if bumped_by.iter().any(|member| differs(schema, member, object, old)) {
        set_meta(schema, object, "generation", old.generation() + 1);
    }
}

fn differs(schema: &Struct, member: &str, object: &Value, old: &Value) -> bool {
    if member != "*" {
        let path: Vec<&str> = member.split('.').collect();
        return object.at(&path) != old.at(&path);
    }
    let own = |name: &str| !matches!(name, "kind" | "apiVersion" | "metadata" | "status");
    schema.fields().iter().any(|field| own(&field.name) && object.get(&field.name) != old.get(&field.name))
}

/// Removes owner references that stand twice; returns the uids that did, each once, in order.
pub fn dedup_owner_references(object: &mut Value) -> Vec<Str> {
    let (mut seen, mut doubled): (Vec<&Value>, Vec<Str>) = (Vec::new(), Vec::new());
    let mut kept = List::new();
    for reference in object.owner_references() {
        if seen.contains(&reference) {
            let uid = Str::from(reference.text_at(&["uid"]));
            if !doubled.contains(&uid) {
                doubled.push(uid);
            }
        } else {
            seen.push(reference);
            kept.push(reference.clone());
        }
    }
    if !doubled.is_empty() {
        object.set_meta("ownerReferences", kept);
    }
    doubled
}

/// Whether the two differ in nothing but the times of their managed fields.
pub fn only_times_differ(object: &Value, old: &Value) -> bool {
    let strip = |object: &Value| {
        let mut object = object.clone();
        if let Some(Value::List(entries)) = object.place(&["metadata", "managedFields"]) {
            for entry in entries.make_mut() {
                entry.take_at(&["time"]);
            }
        }
        object
    };
    object != old && strip(object) == strip(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn equal_owner_references_are_kept_once() {
        let text = br#"{"metadata":{"ownerReferences":[{"uid":"a"},{"uid":"b"},{"uid":"a"},{"uid":"a","name":"x"}]}}"#;
        let mut object = parse(text).unwrap();
        assert_eq!(dedup_owner_references(&mut object), ["a"]);
        assert_eq!(object.owner_references().len(), 3);
    }

    #[test]
    fn times_of_managers_alone_are_no_change() {
        let old = parse(br#"{"metadata":{"managedFields":[{"manager":"a","time":"1"}]},"data":{}}"#).unwrap();
        let new = parse(br#"{"metadata":{"managedFields":[{"manager":"a","time":"2"}]},"data":{}}"#).unwrap();
        assert!(only_times_differ(&new, &old) && !only_times_differ(&old, &old));
    }
}
