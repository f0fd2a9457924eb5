//! CustomResourceDefinition between v1 and v1beta1. v1beta1 holds once, beside its versions, what all of them
//! have alike; v1 repeats it in each.

use crate::hooks::cells::items;
use crate::hooks::shape;
use pintle_meta::{Map, Value};
use pintle_schema::Struct;

/// What v1beta1 may hold beside its versions: its name there, and in a version.
const ALIKE: [(&str, &str); 4] = [
    ("subresources", "subresources"),
    ("validation", "schema"),
    ("additionalPrinterColumns", "additionalPrinterColumns"),
    ("selectableFields", "selectableFields"),
];

/// From v1 to v1beta1.
pub(super) fn to_v1beta1(object: &mut Value) {
    let Some(spec) = object.as_map_mut().and_then(|object| object.get_mut("spec")) else { return };
    rename_columns(spec, "jsonPath", "JSONPath");
    if let Some(spec) = spec.as_map_mut() {
        lower_conversion(spec);
        // v1 leaves out what is false, v1beta1 what is unset, and unset means true.
        let preserves = spec.get("preserveUnknownFields").and_then(Value::as_bool).unwrap_or(false);
        *spec.entry("preserveUnknownFields") = preserves.into();
        hoist(spec);
    }
}

/// From v1beta1 to v1.
pub(super) fn to_v1(object: &mut Value) {
    let Some(spec) = object.as_map_mut().and_then(|object| object.get_mut("spec")) else { return };
    if let Some(spec) = spec.as_map_mut() {
        if spec.get("versions").is_none_or(Value::is_empty)
            && let Some(version) = spec.get("version").filter(|version| !version.is_empty()).cloned()
        {
            *spec.entry("versions") = only_version(version);
        }
        spec.remove("version");
        spread(spec);
        raise_conversion(spec);
    }
    rename_columns(spec, "JSONPath", "jsonPath");
}

/// What v1beta1 fills beyond v1.
pub(super) fn default_v1beta1(spec: &mut Value, ty: &Struct) {
    let empty = |spec: &Value, name: &str| spec.get(name).is_none_or(Value::is_empty);
    if empty(spec, "scope") {
        shape::set(ty, spec, "scope", "Namespaced");
    }
    let version = spec.get("version").cloned().unwrap_or_default();
    if empty(spec, "versions") && !version.is_empty() {
        shape::set(ty, spec, "versions", only_version(version));
    } else if version.is_empty()
        && let Some(first) = items(spec, &["versions"]).first().and_then(|first| first.get("name")).cloned()
    {
        shape::set(ty, spec, "version", first);
    }
    if spec.text_at(&["conversion", "strategy"]) == "Webhook"
        && items(spec, &["conversion", "conversionReviewVersions"]).is_empty()
        && let Some(place) = spec.place(&["conversion", "conversionReviewVersions"])
    {
        *place = [Value::from("v1beta1")].into_iter().collect();
    }
    if spec.get("preserveUnknownFields").is_none_or(Value::is_null) {
        shape::set(ty, spec, "preserveUnknownFields", true);
    }
}

fn only_version(name: Value) -> Value {
    [Value::from([("name", name), ("served", true.into()), ("storage", true.into())])].into_iter().collect()
}

/// Moves to the top what all versions have alike, and names the first version there.
fn hoist(spec: &mut Map) {
    let Some(Value::List(versions)) = spec.get_mut("versions") else { return };
    let Some(first) = versions.first().cloned() else { return };
    let alike = |name: &str| {
        let of_first = present(&first, name);
        versions.iter().all(|version| present(version, name) == of_first)
    };
    let mut moved: Vec<(&str, &str)> = ALIKE.into_iter().filter(|(_, name)| alike(name)).collect();
    if !moved.contains(&("validation", "schema")) {
        // Selectable fields are checked against the schema beside them, so they stay with it.
        moved.retain(|(top, _)| *top != "selectableFields");
    }
    for version in versions.make_mut().iter_mut().filter_map(Value::as_map_mut) {
        version.retain(|key, _| !moved.iter().any(|(_, name)| *name == key));
    }
    *spec.entry("version") = first.get("name").cloned().unwrap_or_default();
    for (top, name) in moved {
        if let Some(value) = present(&first, name) {
            *spec.entry(top) = value.clone();
        }
    }
}

/// Moves what stands at the top to each version.
fn spread(spec: &mut Map) {
    for (top, name) in ALIKE {
        let Some(value) = spec.remove(top).filter(|value| !value.is_null()) else { continue };
        let Some(Value::List(versions)) = spec.get_mut("versions") else { continue };
        for version in versions.make_mut().iter_mut().filter_map(Value::as_map_mut) {
            *version.entry(name) = value.clone();
        }
    }
}

/// A member that says something: empty lists are as good as none.
fn present<'a>(version: &'a Value, name: &str) -> Option<&'a Value> {
    version.get(name).filter(|value| match value {
        Value::List(list) => !list.is_empty(),
        other => !other.is_null(),
    })
}

/// v1's `webhook` holds what v1beta1 has beside the strategy.
fn lower_conversion(spec: &mut Map) {
    let Some(Value::Map(conversion)) = spec.get_mut("conversion") else { return };
    let Some(Value::Map(mut webhook)) = conversion.remove("webhook") else { return };
    for (key, value) in webhook.take().filter(|(_, value)| !value.is_null()) {
        let name = if key == "clientConfig" { "webhookClientConfig" } else { key.as_str() };
        *conversion.entry(name) = value;
    }
}

fn raise_conversion(spec: &mut Map) {
    let Some(Value::Map(conversion)) = spec.get_mut("conversion") else { return };
    let mut webhook = Map::new();
    for (old, new) in
        [("webhookClientConfig", "clientConfig"), ("conversionReviewVersions", "conversionReviewVersions")]
    {
        if let Some(value) = conversion.remove(old).filter(|value| !value.is_null()) {
            webhook.push(new.into(), value);
        }
    }
    if !webhook.is_empty() {
        *conversion.entry("webhook") = Value::Map(webhook);
    }
}

/// Columns call their path otherwise.
fn rename_columns(spec: &mut Value, from: &str, to: &str) {
    let rename = |holder: &mut Value| {
        if items(holder, &["additionalPrinterColumns"]).is_empty() {
            return;
        }
        let Some(Value::List(columns)) = holder.place(&["additionalPrinterColumns"]) else { return };
        for column in columns.make_mut() {
            if let (Some(path), Some(column)) = (column.take_at(&[from]), column.as_map_mut()) {
                *column.entry(to) = path;
            }
        }
    };
    rename(spec);
    if let Some(Value::List(versions)) = spec.as_map_mut().and_then(|spec| spec.get_mut("versions")) {
        versions.make_mut().iter_mut().for_each(rename);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn what_versions_have_alike_stands_once() {
        for (v1, v1beta1) in [
            (
                r#"{"spec":{"versions":[{"name":"a","schema":{"x":1},"subresources":{},
                    "additionalPrinterColumns":[{"name":"C","jsonPath":".c"}],"selectableFields":[{"jsonPath":".s"}]},
                    {"name":"b","schema":{"x":1}}]}}"#,
                r#"{"spec":{"preserveUnknownFields":false,"version":"a","validation":{"x":1},"versions":[
                    {"name":"a","subresources":{},"additionalPrinterColumns":[{"name":"C","JSONPath":".c"}],
                    "selectableFields":[{"jsonPath":".s"}]},{"name":"b"}]}}"#,
            ),
            (
                r#"{"spec":{"preserveUnknownFields":true,"versions":[
                    {"name":"a","schema":{"x":1},"selectableFields":[{"jsonPath":".s"}]},
                    {"name":"b","schema":{"x":2},"selectableFields":[{"jsonPath":".s"}]}]}}"#,
                r#"{"spec":{"preserveUnknownFields":true,"version":"a","versions":[
                    {"name":"a","schema":{"x":1},"selectableFields":[{"jsonPath":".s"}]},
                    {"name":"b","schema":{"x":2},"selectableFields":[{"jsonPath":".s"}]}]}}"#,
            ),
            (
                r#"{"spec":{"versions":[{"name":"a"}],"conversion":{"strategy":"Webhook","webhook":
                    {"clientConfig":{"url":"u"},"conversionReviewVersions":["v1"]}}}}"#,
                r#"{"spec":{"preserveUnknownFields":false,"version":"a","versions":[{"name":"a"}],"conversion":
                    {"strategy":"Webhook","webhookClientConfig":{"url":"u"},"conversionReviewVersions":["v1"]}}}"#,
            ),
        ] {
            let (v1, v1beta1) = (parse(v1.as_bytes()).unwrap(), parse(v1beta1.as_bytes()).unwrap());
            let mut object = v1.clone();
            to_v1beta1(&mut object);
            assert_eq!(object, v1beta1);
            to_v1(&mut object);
            if v1["spec"].get("preserveUnknownFields").is_none() {
                // Normal form leaves out what is false.
                assert_eq!(object.take_at(&["spec", "preserveUnknownFields"]), Some(false.into()));
            }
            assert_eq!(object, v1);
        }
    }
}
