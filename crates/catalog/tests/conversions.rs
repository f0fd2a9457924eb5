//! Objects that were posted in one version and read in each: what is stored for one form is served as the
//! others, to the byte.
#![allow(clippy::unwrap_used, reason = "a test without its facts fails")]

mod shared;

use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{GroupVersionKind, Object, Value};
use pintle_schema::resource::{Resource, Version};
use pintle_schema::{decode, form};
use std::sync::Arc;

/// Groups whose kinds are proven elsewhere; events are of two groups.
const ELSEWHERE: [&str; 3] = ["", "apps", "batch"];

/// What the server makes of any object.
const SYSTEM: [&str; 6] =
    ["namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"];

/// What admission, strategies or controllers add or take: part of the key, the beginning of the path.
const ADDED: &[(&str, &str)] = &[
    // In v1 the state that is stored shows as an annotation too.
    ("autoscaling/v1, Kind=HorizontalPodAutoscaler", ".metadata.annotations"),
    ("customresourcedefinitions", ".status.conditions"),
    ("customresourcedefinitions", ".status.acceptedNames"),
    ("devicetaintrules", ".spec.taint.timeAdded"),
    ("podgroups", ".metadata.finalizers"),
    ("storageversions", ".status"),
    ("volumeattributesclasses", ".metadata.finalizers"),
];

/// From the form that is stored and from the one that was posted; others may have lost something.
#[test]
fn each_form_is_made_of_what_is_stored() {
    let (mut compared, mut problems) = (0, Vec::new());
    for entry in recorded() {
        let forms = entry["get_in_each_version"].as_map().unwrap();
        let posted = entry.text_at(&["request_version"]);
        for (from, given) in forms.iter().filter(|(from, given)| *from == posted || is_stored(given)) {
            for (to, wanted) in forms.iter() {
                compared += 1;
                let made = through_storage(&decoded(given), to);
                note(&mut problems, &format!("{}: {from} -> {to}", entry.text_at(&["key"])), &made, wanted);
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(compared == 0 || compared > 80, "only {compared} pairs");
}

#[test]
fn a_request_reads_as_the_reference_reads_it() {
    let mut problems = Vec::new();
    for entry in recorded() {
        let mut request = decoded(&entry["request"]);
        let (resource, version) = resource_of(&request);
        form::default(&resource, named(&resource, &version), &mut request);
        for (to, wanted) in entry["get_in_each_version"].as_map().unwrap().iter() {
            let made = without_system(through_storage(&request, to));
            let name = format!("{}: request -> {to}", entry.text_at(&["key"]));
            note(&mut problems, &name, &made, &without_system(wanted.clone()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Custom resource definitions are stored as JSON, so what is stored can be compared as well.
#[test]
fn what_is_stored_is_what_the_reference_stored() {
    let mut problems = Vec::new();
    for entry in recorded() {
        let Some(wanted) = entry.get("stored_json") else { continue };
        let name = format!("{} stored", entry.text_at(&["key"]));
        for form in entry["get_in_each_version"].as_map().unwrap().values().map(decoded) {
            let (resource, version) = resource_of(&form);
            let storage = resource.storage.as_ref().unwrap();
            let stored = form::to_stored(&resource, storage, named(&resource, &version), form.clone());
            note(&mut problems, &name, &stored, wanted);
            let revision = form.text_at(&["metadata", "resourceVersion"]).parse().unwrap();
            let served =
                form::from_stored(&resource, storage, named(&resource, &version), &to_json(wanted), revision);
            note(&mut problems, &name, &served.unwrap(), &form);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Objects with every field filled come back from storage as they went there.
#[test]
fn nothing_is_lost_in_storage() {
    let Some(facts) = shared::facts() else { return };
    let (mut compared, mut problems) = (0, Vec::new());
    for file in std::fs::read_dir(facts.join("roundtrip")).unwrap() {
        let path = file.unwrap().path();
        let document = std::fs::read(&path).unwrap();
        let Some(document) =
            parse(&document).ok().filter(|_| path.extension().is_some_and(|of| of == "json"))
        else {
            continue;
        };
        let kind = document.group_version_kind().unwrap();
        let is = |known: &&Arc<Resource>| known.group == kind.group && known.names.kind == kind.kind;
        let Some(resource) = catalog().resources().iter().find(is) else { continue };
        let (Some(version), Some(_)) = (resource.version(&kind.version), &resource.storage) else { continue };
        compared += 1;
        let mut object = decoded(&document);
        form::default(resource, version, &mut object);
        let once = object.clone();
        form::default(resource, version, &mut object);
        note(&mut problems, &format!("{kind} defaulted twice"), &object, &once);
        let made = through_storage(&object, &version.group_version().to_string());
        note(&mut problems, &kind.to_string(), &without_system(made), &without_system(object));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(compared > 60, "only {compared} fixtures");
}

fn recorded() -> Vec<Value> {
    let Some(facts) = shared::facts() else { return Vec::new() };
    let bytes = std::fs::read(facts.join("conversions.json")).unwrap();
    let is_here = |entry: &&Value| {
        let kind = entry["request"].group_version_kind().unwrap();
        kind.kind == "Event" || !ELSEWHERE.contains(&kind.group.as_str())
    };
    parse(&bytes).unwrap().as_list().unwrap().iter().filter(is_here).cloned().collect()
}

/// Whether a form is of the version that its resource is stored in.
fn is_stored(form: &Value) -> bool {
    let (resource, _) = resource_of(form);
    resource.storage.as_ref().unwrap().kind == form.group_version_kind().unwrap()
}

fn decoded(document: &Value) -> Value {
    let kind = document.group_version_kind().unwrap();
    decode::value(document.clone(), catalog().kind(&kind).unwrap()).unwrap().value
}

/// The object stored and served in the version that `to` names with its group.
fn through_storage(object: &Value, to: &str) -> Value {
    let (resource, version) = resource_of(object);
    let storage = resource.storage.as_ref().unwrap();
    let stored = form::to_stored(&resource, storage, named(&resource, &version), object.clone());
    let stored = decode::json(&to_json(&stored), &storage.schema).unwrap().value;
    let (group, version) = to.rsplit_once('/').unwrap_or(("", to));
    let shown = resource_named(group, &object.group_version_kind().unwrap());
    let revision = object.text_at(&["metadata", "resourceVersion"]).parse().unwrap_or(0);
    form::serve(&shown, shown.storage.as_ref().unwrap(), named(&shown, version), stored, revision)
}

fn resource_of(object: &Value) -> (Arc<Resource>, String) {
    let kind = object.group_version_kind().unwrap();
    (resource_named(&kind.group, &kind), kind.version.to_string())
}

fn resource_named(group: &str, kind: &GroupVersionKind) -> Arc<Resource> {
    let is = |known: &&Arc<Resource>| known.group == group && known.names.kind == kind.kind;
    Arc::clone(catalog().resources().iter().find(is).unwrap())
}

fn named<'a>(resource: &'a Resource, version: &str) -> &'a Version {
    resource.version(version).unwrap()
}

fn without_system(mut object: Value) -> Value {
    for name in SYSTEM {
        object.take_at(&["metadata", name]);
    }
    object
}

fn note(problems: &mut Vec<String>, name: &str, made: &Value, wanted: &Value) {
    let mut found = shared::differences(made, wanted);
    found.retain(|path| !ADDED.iter().any(|(of, added)| name.contains(of) && path.starts_with(added)));
    if made == wanted && to_json(made) != to_json(wanted) {
        problems.push(format!("{name}: members stand in another order"));
    }
    problems.extend(found.iter().map(|difference| format!("{name}: {difference}")));
}
