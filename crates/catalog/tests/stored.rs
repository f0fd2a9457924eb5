//! Recorded objects: what was posted, defaulted and stored here, reads as the reference answered.
#![allow(clippy::unwrap_used, reason = "a test without its facts fails")]

mod shared;

use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Object, ObjectMut, Value};
use pintle_schema::form::StoredAs;
use pintle_schema::{decode, form};

/// What the server makes of any object.
const SYSTEM: [&str; 6] =
    ["namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"];

/// What admission, allocation or controllers add: the end of the resource, the beginning of the path.
const ADDED: &[(&str, &str)] = &[
    ("apiservices", ".status.conditions"),
    ("certificatesigningrequests", ".spec.extra"),
    ("certificatesigningrequests", ".spec.groups"),
    ("certificatesigningrequests", ".spec.username"),
    ("customresourcedefinitions", ".status.acceptedNames"),
    ("customresourcedefinitions", ".status.conditions"),
    ("flowschemas", ".status.conditions"),
    ("nodes", ".spec.taints"),
    ("persistentvolumeclaims", ".metadata.finalizers"),
    ("persistentvolumes", ".metadata.finalizers"),
    ("pods", ".spec.containers[0].volumeMounts"),
    ("pods", ".spec.preemptionPolicy"),
    ("pods", ".spec.priority"),
    ("pods", ".spec.serviceAccount"),
    ("pods", ".spec.tolerations"),
    ("pods", ".spec.volumes"),
    ("services", ".spec.clusterIP"),
    ("services", ".spec.ipFamilies"),
    ("services", ".spec.ipFamilyPolicy"),
    ("services", ".spec.ports[0].nodePort"),
    ("volumeattributesclasses", ".metadata.finalizers"),
];

#[test]
fn recorded_objects_read_as_the_reference_answered() {
    let Some(facts) = shared::facts() else { return };
    let entries = parse(&std::fs::read(facts.join("stored.json")).unwrap()).unwrap();
    let (mut compared, mut problems) = (0, Vec::new());
    for entry in entries.as_list().unwrap() {
        let resource = entry.text_at(&["resource"]);
        compared += 1;
        let made = without_system(read_back(&entry["request"], &entry["get_json"]));
        let wanted = without_system(entry["get_json"].clone());
        let added = |difference: &String| {
            ADDED.iter().any(|(of, path)| resource.ends_with(of) && difference.starts_with(path))
        };
        let found = shared::differences(&made, &wanted);
        let name = entry.text_at(&["key"]);
        if made == wanted && to_json(&made) != to_json(&wanted) {
            problems.push(format!("{name}: members stand in another order"));
        }
        problems.extend(found.iter().filter(|found| !added(found)).map(|found| format!("{name}: {found}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(compared > 140, "only {compared} objects");
}

/// The document decoded, defaulted, created with the uid and the time that it was `answered` with, stored, and
/// served in its version again.
fn read_back(request: &Value, answered: &Value) -> Value {
    let kind = request.group_version_kind().unwrap();
    let mut resources = catalog().resources().iter();
    let resource = resources.find(|one| one.group == kind.group && one.names.kind == kind.kind).unwrap();
    let version = resource.version(&kind.version).unwrap();
    let mut object = decode::value(request.clone(), &version.schema).unwrap().value;
    form::default(resource, version, &mut object);
    // Whoever writes is worked out elsewhere, and what was said of it is heard there.
    object.remove_meta("managedFields");
    object.set_meta("uid", answered.uid());
    object.set_meta("creationTimestamp", answered.meta_text("creationTimestamp"));
    if resource.strategy.resets.iter().any(|member| member == "status")
        && !resource.hooks.creates_with_status()
    {
        *object.place(&["status"]).unwrap() = decode::zero(&version.schema)["status"].clone();
    }
    resource.hooks.prepare_create(&mut object);
    let storage = resource.storage.as_ref().unwrap();
    let stored = form::to_stored(resource, storage, version, object);
    let [json, protobuf] = [StoredAs::Json, StoredAs::Protobuf].map(|form| {
        let bytes = form::stored_bytes(storage, &stored, form).unwrap();
        form::from_stored(resource, storage, version, &bytes, 1).unwrap()
    });
    assert_eq!(to_json(&json), to_json(&protobuf), "both forms hold the same");
    protobuf
}

fn without_system(mut object: Value) -> Value {
    for name in SYSTEM {
        object.take_at(&["metadata", name]);
    }
    object
}
