//! Scale (autoscaling/v1): a view of an object by its number of replicas, the same for every kind that has one.

use crate::decode;
use crate::resource::ScalePaths;
use crate::types::Struct;
use pintle_meta::selector::LabelSelector;
use pintle_meta::{FieldError, Map, Object, Str, Value};

/// Members of metadata that a Scale shows.
const SHOWN: [&str; 5] = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];

/// The Scale of `object` in the normal form of `schema`, without kind and apiVersion.
pub fn of(paths: &ScalePaths, schema: &Struct, object: &Value) -> Value {
    let meta: Map = SHOWN
        .iter()
        .filter_map(|key| Some((Str::from(*key), object.metadata()?.get(key)?.clone())))
        .collect();
    let number = |path: &[Str]| Value::Int(follow(object, path).and_then(Value::as_int).unwrap_or_default());
    let selector = follow(object, &paths.selector).map(selector_text).unwrap_or_default();
    let document = Value::from([
        ("metadata", Value::Map(meta)),
        ("spec", Value::from([("replicas", number(&paths.spec_replicas))])),
        (
            "status",
            Value::from([("replicas", number(&paths.status_replicas)), ("selector", Value::from(selector))]),
        ),
    ]);
    decode::value(document, schema).map_or_else(|_| decode::zero(schema), |decoded| decoded.value)
}

/// What is wrong with a Scale that was sent.
pub fn validate(scale: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let replicas = scale.at(&["spec", "replicas"]).and_then(Value::as_int).unwrap_or_default();
    if replicas < 0 {
        let detail = "must be greater than or equal to 0";
        errors.push(FieldError::invalid("spec.replicas", &Value::Int(replicas), detail));
    }
    errors
}

/// The object (of type `schema`) with the number of replicas that `scale` wants, and the preconditions it carries.
pub fn apply(paths: &ScalePaths, schema: &Struct, scale: &Value, object: &Value) -> Value {
    let mut object = object.clone();
    let replicas = scale.at(&["spec", "replicas"]).cloned().unwrap_or(Value::Int(0));
    set(schema, &mut object, &paths.spec_replicas, replicas);
    let version = Value::from(scale.resource_version());
    set(schema, &mut object, &["metadata".into(), "resourceVersion".into()], version);
    object
}

fn set(schema: &Struct, document: &mut Value, path: &[Str], value: Value) {
    let (Some((key, rest)), Value::Map(map)) = (path.split_first(), document) else { return };
    if rest.is_empty() {
        return decode::set_field(schema, map, key, value);
    }
    if !map.contains_key(key) {
        decode::set_field(schema, map, key, Value::map());
    }
    let below = schema.field(key).and_then(|(_, field)| field.ty.as_struct());
    if let (Some(below), Some(member)) = (below, map.get_mut(key)) {
        set(below, member, rest, value);
    }
}

fn follow<'a>(object: &'a Value, path: &[Str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, key| value.get(key))
}

/// A label selector, a map of labels or a selector's own text, as text; "" for what is none.
fn selector_text(selector: &Value) -> String {
    let is_text = |map: &Map| map.values().all(|value| matches!(value, Value::String(_)));
    match selector {
        Value::String(text) => text.to_string(),
        Value::Map(labels) if is_text(labels) => {
            let wrapped = Value::from([("matchLabels", Value::Map(labels.clone()))]);
            LabelSelector::from_document(&wrapped).map_or_else(|_| String::new(), |found| found.to_string())
        }
        document => {
            LabelSelector::from_document(document).map_or_else(|_| String::new(), |found| found.to_string())
        }
    }
}
