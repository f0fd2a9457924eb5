//! Writes through subresources that change only a part of a pod's spec: everything else stays as it was.

use super::{set_member, ty};
use crate::hooks::cells::items;
use crate::hooks::shape::{definition, set};
use pintle_meta::{Object, Value};
use pintle_schema::object_meta::set_meta;

/// Members of metadata that such a write leaves alone.
const KEPT: [&str; 6] =
    ["deletionTimestamp", "generation", "labels", "annotations", "finalizers", "ownerReferences"];

/// What a resize may change of a container.
const SIZES: [&str; 2] = ["resources", "resizePolicy"];

/// `ephemeralcontainers` changes these alone.
pub(super) fn to_ephemeral_containers(pod: &mut Value, old: &Value) {
    let containers = pod["spec"]["ephemeralContainers"].clone();
    keep(pod, old);
    put(pod, "ephemeralContainers", containers);
}

/// `resize` changes resources of containers and of the pod. Containers that were added, removed, renamed or
/// moved stay as they were sent, for validation to refuse.
pub(super) fn to_sizes(pod: &mut Value, old: &Value) {
    const LISTS: [&str; 2] = ["containers", "initContainers"];
    let list = |pod: &Value, name: &str| items(pod, &["spec", name]).to_vec();
    if LISTS.iter().any(|name| list(pod, name).len() != list(old, name).len()) {
        return;
    }
    let resized = LISTS.map(|name| (name, resized(list(pod, name), list(old, name))));
    let whole = pod["spec"]["resources"].clone();
    keep(pod, old);
    for (name, containers) in resized.into_iter().filter(|(_, containers)| !containers.is_empty()) {
        put(pod, name, containers.into_iter().collect());
    }
    put(pod, "resources", whole);
}

/// The old containers with the sizes of the new ones.
fn resized(new: Vec<Value>, old: Vec<Value>) -> Vec<Value> {
    let name = |container: &Value| container.text_at(&["name"]).to_owned();
    if new.iter().zip(&old).any(|(new, old)| name(new) != name(old)) {
        return new;
    }
    let ty = definition("io.k8s.api.core.v1.Container");
    let with_sizes = |(new, mut old): (&Value, Value)| {
        for member in SIZES {
            match new.get(member) {
                Some(value) => set(ty, &mut old, member, value.clone()),
                None => drop(old.take_at(&[member])),
            }
        }
        old
    };
    new.iter().zip(old).map(with_sizes).collect()
}

fn keep(pod: &mut Value, old: &Value) {
    for member in ["spec", "status"] {
        set_member(pod, &[member], old[member].clone());
    }
    for key in KEPT {
        match old.metadata().and_then(|meta| meta.get(key)) {
            Some(value) => set_meta(ty(), pod, key, value.clone()),
            None => drop(pod.take_at(&["metadata", key])),
        }
    }
}

/// Sets a member of the spec, or removes it when it is null.
fn put(pod: &mut Value, member: &str, value: Value) {
    match value {
        Value::Null => drop(pod.take_at(&["spec", member])),
        value => set_member(pod, &["spec", member], value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    const OLD: &str = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i","resources":{"x":1}}]},"status":{"phase":"Running"}}"#;

    fn check(narrow: fn(&mut Value, &Value), spec: &str, wanted: &str) {
        let old = parse(OLD.as_bytes()).unwrap();
        let mut pod = Value::from([("metadata", Value::map()), ("spec", parse(spec.as_bytes()).unwrap())]);
        narrow(&mut pod, &old);
        assert_eq!(pod["spec"], parse(wanted.as_bytes()).unwrap(), "{spec}");
    }

    #[test]
    fn all_else_stays() {
        check(
            to_ephemeral_containers,
            r#"{"nodeName":"m","containers":[],"ephemeralContainers":[{"name":"e"}]}"#,
            r#"{"nodeName":"n","containers":[{"name":"c","image":"i","resources":{"x":1}}],"ephemeralContainers":[{"name":"e"}]}"#,
        );
        check(
            to_sizes,
            r#"{"containers":[{"name":"c","image":"j","resources":{"x":2}}],"resources":{"y":1}}"#,
            r#"{"nodeName":"n","containers":[{"name":"c","image":"i","resources":{"x":2}}],"resources":{"y":1}}"#,
        );
        check(to_sizes, r#"{"containers":[]}"#, r#"{"containers":[]}"#);
        check(
            to_sizes,
            r#"{"containers":[{"name":"d","image":"j"}]}"#,
            r#"{"nodeName":"n","containers":[{"name":"d","image":"j"}]}"#,
        );
    }

    #[test]
    fn metadata_and_status_stay() {
        let old = parse(OLD.as_bytes()).unwrap();
        let mut pod = parse(br#"{"metadata":{"annotations":{"c":"d"}},"spec":{},"status":{}}"#).unwrap();
        to_ephemeral_containers(&mut pod, &old);
        assert_eq!(pod, old);
    }
}
