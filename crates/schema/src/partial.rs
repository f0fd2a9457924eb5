//! PartialObjectMetadata and its list: objects by their metadata alone (meta.k8s.io).

use pintle_meta::{List, Value};

/// The metadata of `object`, as `version` of meta.k8s.io.
pub fn object(object: &Value, version: &str) -> Value {
    Value::from([
        ("kind", "PartialObjectMetadata".into()),
        ("apiVersion", format!("meta.k8s.io/{version}").into()),
        ("metadata", object.get("metadata").cloned().unwrap_or_else(Value::map)),
    ])
}

/// A list of what [`object`] made.
pub fn list(items: Vec<Value>, list_meta: Value, version: &str) -> Value {
    Value::from([
        ("kind", "PartialObjectMetadataList".into()),
        ("apiVersion", format!("meta.k8s.io/{version}").into()),
        ("metadata", list_meta),
        ("items", Value::List(items.into_iter().collect::<List>())),
    ])
}
