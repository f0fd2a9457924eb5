//! What is wrong with metadata by itself, in the reference's order.

use pintle_meta::field::FieldErrorKind;
use pintle_meta::{FieldError, GroupVersion, Map, Object, Value, names};

/// The most bytes all annotations of an object may have.
pub(crate) const ANNOTATIONS_MAX: usize = 256 * 1024;
/// Finalizers that need no domain.
const STANDARD_FINALIZERS: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

/// A rule for names: what is wrong with one, or (when told so) with the beginning of one.
pub type NameCheck = fn(&str, bool) -> Vec<String>;

/// What is wrong with the metadata of a new or changed object.
pub fn validate(object: &Value, namespaced: bool, name_check: NameCheck) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let generate_name = object.generate_name();
    if !generate_name.is_empty() {
        errors.extend(name_errors("metadata.generateName", generate_name, name_check(generate_name, true)));
    }
    match object.name() {
        "" => errors.push(FieldError::required("metadata.name", "name or generateName is required")),
        name => errors.extend(name_errors("metadata.name", name, name_check(name, false))),
    }
    match (namespaced, object.namespace()) {
        (true, "") => errors.push(FieldError::required("metadata.namespace", "")),
        (true, namespace) => {
            errors.extend(name_errors(
                "metadata.namespace",
                namespace,
                names::name_is_dns_label(namespace, false),
            ));
        }
        (false, "") => {}
        (false, _) => errors.push(FieldError::forbidden("metadata.namespace", "not allowed on this type")),
    }
    if object.generation() < 0 {
        let detail = "must be greater than or equal to 0";
        errors.push(FieldError::invalid("metadata.generation", &Value::Int(object.generation()), detail));
    }
    if let Some(labels) = object.labels() {
        errors.extend(label_errors(labels, "metadata.labels"));
    }
    if let Some(annotations) = object.annotations() {
        errors.extend(annotation_errors(annotations, "metadata.annotations"));
    }
    errors.extend(owner_reference_errors(object));
    errors.extend(finalizer_errors(object));
    errors
}

/// What is wrong with labels.
pub(super) fn label_errors(labels: &Map, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.iter() {
        errors.extend(name_errors(path, key, names::qualified_name(key)));
        let value = value.as_str().unwrap_or_default();
        errors.extend(name_errors(path, value, names::label_value(value)));
    }
    errors
}

/// What is wrong with annotations.
pub(super) fn annotation_errors(annotations: &Map, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut size = 0;
    for (key, value) in annotations.iter() {
        errors.extend(name_errors(path, key, names::qualified_name(&key.to_lowercase())));
        size += key.len() + value.as_str().map_or(0, str::len);
    }
    if size > ANNOTATIONS_MAX {
        errors.push(FieldError::too_long(path, ANNOTATIONS_MAX));
    }
    errors
}

fn owner_reference_errors(object: &Value) -> Vec<FieldError> {
    const PATH: &str = "metadata.ownerReferences";
    let mut errors = Vec::new();
    let mut controller: Option<String> = None;
    for reference in object.owner_references() {
        errors.extend(one_owner_errors(reference, PATH));
        if reference.get("controller").and_then(Value::as_bool) != Some(true) {
            continue;
        }
        let name = format!("{}/{}", reference.text_at(&["kind"]), reference.text_at(&["name"]));
        match &controller {
            None => controller = Some(name),
            Some(first) => {
                let all: Value = object.owner_references().iter().cloned().collect();
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                );
                errors.push(FieldError::invalid(PATH, &all, detail));
            }
        }
    }
    errors
}

fn one_owner_errors(reference: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let api_version = reference.text_at(&["apiVersion"]);
    let group_version = GroupVersion::parse(api_version).ok();
    if group_version.as_ref().is_none_or(|gv| gv.version.is_empty()) {
        let detail = "version must not be empty";
        errors.push(FieldError::invalid(format!("{path}.apiVersion"), &Value::from(api_version), detail));
    }
    for key in ["kind", "name", "uid"] {
        let text = reference.text_at(&[key]);
        if text.is_empty() {
            let shown = Value::from(text);
            errors.push(FieldError::invalid(format!("{path}.{key}"), &shown, "must not be empty"));
        }
    }
    let event = group_version.filter(|gv| gv.group.is_empty() && gv.version == "v1");
    if event.is_some() && reference.text_at(&["kind"]) == "Event" {
        let detail = "/v1, Kind=Event is disallowed from being an owner";
        errors.push(FieldError::invalid(path, reference, detail));
    }
    errors
}

fn finalizer_errors(object: &Value) -> Vec<FieldError> {
    const PATH: &str = "metadata.finalizers";
    let mut errors = Vec::new();
    for finalizer in object.finalizers() {
        errors.extend(name_errors(PATH, finalizer, names::qualified_name(finalizer)));
    }
    for (at, finalizer) in object.finalizers().enumerate() {
        if !finalizer.contains('/') && !STANDARD_FINALIZERS.contains(&finalizer) {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid(format!("{PATH}[{at}]"), &Value::from(finalizer), detail));
        }
    }
    let has = |name: &str| object.finalizers().any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let all: Value = object.finalizers().map(Value::from).collect();
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.push(FieldError::invalid(PATH, &all, detail));
    }
    errors
}

fn name_errors(path: &str, value: &str, messages: Vec<String>) -> Vec<FieldError> {
    let shown = Value::from(value);
    let invalid = |message| FieldError::new(FieldErrorKind::Invalid, path, message).showing(&shown);
    messages.into_iter().map(invalid).collect()
}
