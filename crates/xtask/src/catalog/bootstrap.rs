//! Objects that a fresh server makes: one line each, without what every one of its kind has.

use crate::failure::Failure;
use pintle_meta::value::{Value, parse, to_json};
use std::fmt::Write;
use std::path::Path;

/// What is made, in order; the rest depends on the server's own settings and is made by it.
const KINDS: [&str; 9] = [
    "namespaces",
    "priorityclasses",
    "prioritylevelconfigurations",
    "flowschemas",
    "clusterroles",
    "clusterrolebindings",
    "roles",
    "rolebindings",
    "apiservices",
];
/// What every RBAC object of the bootstrap policy carries.
const RBAC_LABEL: &str = "kubernetes.io/bootstrapping";
const RBAC_ANNOTATION: &str = "rbac.authorization.kubernetes.io/autoupdate";

/// Makes the facts.
pub(crate) fn make(folder: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    for kind in KINDS {
        let path = folder.join(format!("{kind}.json"));
        let bytes = std::fs::read(&path).map_err(|error| Failure::file(&path, error))?;
        let document = parse(&bytes).map_err(|error| Failure::file(&path, error))?;
        let items = document.get("items").unwrap_or(&document);
        for item in items.as_list().ok_or_else(|| Failure::file(&path, "has no items"))? {
            let _ = writeln!(text, "{kind} {}", String::from_utf8_lossy(&to_json(&object(kind, item))));
        }
    }
    Ok(text)
}

fn object(kind: &str, item: &Value) -> Value {
    let mut object = item.clone();
    for path in [["metadata", "labels", RBAC_LABEL], ["metadata", "annotations", RBAC_ANNOTATION]] {
        object.take_at(&path);
    }
    for section in ["labels", "annotations"] {
        if object.at(&["metadata", section]).is_some_and(Value::is_empty) {
            object.take_at(&["metadata", section]);
        }
    }
    for key in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink"] {
        object.take_at(&["metadata", key]);
    }
    if kind != "apiservices" {
        object.take_at(&["status"]);
    }
    for key in ["kind", "apiVersion"] {
        object.take_at(&[key]);
    }
    object
}
