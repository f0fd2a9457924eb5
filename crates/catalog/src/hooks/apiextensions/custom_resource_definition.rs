//! CustomResourceDefinition: names that follow from the kind, and the first stored version.

use super::convert;
use crate::hooks::cells::items;
use crate::hooks::shape;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// Alike in all versions.
const STATUS: &str =
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus";

/// apiextensions.k8s.io CustomResourceDefinition.
#[derive(Debug)]
pub(super) struct CustomResourceDefinition;

impl Hooks for CustomResourceDefinition {
    fn default(&self, version: &str, object: &mut Value) {
        let ty = |name: &str| {
            shape::definition(&format!(
                "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}.{name}"
            ))
        };
        if let Some(spec) = object.as_map_mut().and_then(|object| object.get_mut("spec")) {
            if version == "v1beta1" {
                convert::default_v1beta1(spec, ty("CustomResourceDefinitionSpec"));
            }
            if let Some(names) = spec.as_map_mut().and_then(|spec| spec.get_mut("names")) {
                default_names(names, ty("CustomResourceDefinitionNames"));
            }
        }
        if items(object, &["status", "storedVersions"]).is_empty() {
            note_stored_version(object);
        }
    }

    fn prepare_create(&self, object: &mut Value) {
        note_stored_version(object);
    }

    /// A write of status alone says itself what was stored.
    fn prepare_update(&self, object: &mut Value, old: &Value) {
        if object.get("spec") != old.get("spec") {
            note_stored_version(object);
        }
    }

    fn convert(&self, from: &str, to: &str, object: &mut Value) {
        match (from, to) {
            ("v1", "v1beta1") => convert::to_v1beta1(object),
            ("v1beta1", "v1") => convert::to_v1(object),
            _ => {}
        }
    }
}

/// The version that objects are written in now joins those they were ever written in.
fn note_stored_version(object: &mut Value) {
    let Some(stored) = stored_version(object) else { return };
    let mut versions = items(object, &["status", "storedVersions"]).to_vec();
    if !versions.contains(&stored)
        && let Some(status) = object.place(&["status"])
    {
        versions.push(stored);
        let versions: Value = versions.into_iter().collect();
        shape::set(shape::definition(STATUS), status, "storedVersions", versions);
    }
}

fn default_names(names: &mut Value, ty: &pintle_schema::Struct) {
    let kind = names.text_at(&["kind"]).to_owned();
    if kind.is_empty() {
        return;
    }
    if names.text_at(&["singular"]).is_empty() {
        shape::set(ty, names, "singular", kind.to_lowercase());
    }
    if names.text_at(&["listKind"]).is_empty() {
        shape::set(ty, names, "listKind", format!("{kind}List"));
    }
}

/// The version that objects are written in.
fn stored_version(object: &Value) -> Option<Value> {
    let stored = |version: &&Value| version.get("storage").and_then(Value::as_bool) == Some(true);
    items(object, &["spec", "versions"]).iter().find(stored)?.get("name").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;
    use pintle_meta::value::parse;

    #[test]
    fn names_and_stored_versions_follow() {
        check_default(
            &CustomResourceDefinition,
            "v1",
            &[
                (
                    r#"{"spec":{"names":{"plural":"","kind":""}}}"#,
                    r#"{"spec":{"names":{"plural":"","kind":""}}}"#,
                ),
                (
                    r#"{"spec":{"names":{"plural":"things","kind":"Thing"},
                        "versions":[{"name":"v1","storage":false},{"name":"v2","storage":true}]},
                        "status":{"conditions":null,"storedVersions":null}}"#,
                    r#"{"spec":{"names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},
                        "versions":[{"name":"v1","storage":false},{"name":"v2","storage":true}]},
                        "status":{"conditions":null,"storedVersions":["v2"]}}"#,
                ),
                (
                    r#"{"spec":{"names":{"kind":"Thing","singular":"one","listKind":"Things"},
                        "versions":[{"name":"v1","storage":true}]},"status":{"storedVersions":["v0"]}}"#,
                    r#"{"spec":{"names":{"kind":"Thing","singular":"one","listKind":"Things"},
                        "versions":[{"name":"v1","storage":true}]},"status":{"storedVersions":["v0"]}}"#,
                ),
            ],
        );
    }

    #[test]
    fn the_version_that_is_stored_now_joins_those_before() {
        let crd = |versions: &str| {
            let spec = r#""spec":{"versions":[{"name":"v2","storage":true}]}"#;
            parse(format!(r#"{{{spec},"status":{{"storedVersions":{versions}}}}}"#).as_bytes()).unwrap()
        };
        let mut object = crd(r#"["v1"]"#);
        CustomResourceDefinition.prepare_update(&mut object, &Value::Null);
        assert_eq!(object, crd(r#"["v1","v2"]"#));
        CustomResourceDefinition.prepare_update(&mut object, &Value::Null);
        assert_eq!(object, crd(r#"["v1","v2"]"#));
    }

    #[test]
    fn old_objects_get_versions() {
        check_default(
            &CustomResourceDefinition,
            "v1beta1",
            &[(
                r#"{"spec":{"names":{"kind":"T"},"version":"v1","conversion":{"strategy":"Webhook"}},
                    "status":{}}"#,
                r#"{"spec":{"names":{"kind":"T","singular":"t","listKind":"TList"},"version":"v1",
                    "scope":"Namespaced","versions":[{"name":"v1","served":true,"storage":true}],
                    "conversion":{"strategy":"Webhook","conversionReviewVersions":["v1beta1"]},
                    "preserveUnknownFields":true},"status":{"storedVersions":["v1"]}}"#,
            )],
        );
    }
}
