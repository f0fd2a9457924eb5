//! RoleBinding and ClusterRoleBinding: who is bound to what.

use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;

const GROUP: &str = "rbac.authorization.k8s.io";

/// rbac.authorization.k8s.io RoleBinding and ClusterRoleBinding.
#[derive(Debug)]
pub(super) struct Binding;

impl Hooks for Binding {
    /// Users and groups are named by this API group, service accounts by core.
    fn default(&self, _version: &str, object: &mut Value) {
        let lacks_group = |subject: &Value| {
            subject.text_at(&["apiGroup"]).is_empty()
                && matches!(subject.text_at(&["kind"]), "User" | "Group")
        };
        if !items(object, &["subjects"]).iter().any(lacks_group) {
            return;
        }
        let Some(Value::List(subjects)) = object.place(&["subjects"]) else { return };
        for subject in subjects.make_mut().iter_mut().filter(|subject| lacks_group(subject)) {
            let Some(map) = subject.as_map_mut() else { continue };
            map.remove("apiGroup");
            // Go prints it after the kind, which every subject has.
            map.insert_at(1, "apiGroup".into(), GROUP.into());
        }
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let role =
            format!("{}/{}", object.text_at(&["roleRef", "kind"]), object.text_at(&["roleRef", "name"]));
        let subjects = items(object, &["subjects"]);
        let named = |kind: &str| names(subjects, kind).into();
        vec![role.into(), named("User"), named("Group"), named("ServiceAccount")]
    }
}

fn names(subjects: &[Value], kind: &str) -> String {
    let of_kind = subjects.iter().filter(|subject| subject.text_at(&["kind"]) == kind);
    let name = |subject: &Value| match (kind, subject.text_at(&["namespace"])) {
        ("ServiceAccount", namespace) if !namespace.is_empty() => {
            format!("{namespace}/{}", subject.text_at(&["name"]))
        }
        _ => subject.text_at(&["name"]).to_owned(),
    };
    of_kind.map(name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::{check, check_default};
    use pintle_meta::value::{parse, to_json};

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Binding,
            &[
                (r#"{"roleRef":{"kind":"Role","name":"r"}}"#, r#"["Role/r","","",""]"#),
                (
                    r#"{"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{"kind":"User","name":"u"},
                        {"kind":"ServiceAccount","name":"s","namespace":"n"},{"kind":"Group","name":"g"},
                        {"kind":"ServiceAccount","name":"t"},{"kind":"User","name":"v"}]}"#,
                    r#"["ClusterRole/r","u, v","g","n/s, t"]"#,
                ),
            ],
        );
    }

    #[test]
    fn subjects_get_their_group() {
        check_default(
            &Binding,
            "v1",
            &[
                (r#"{"roleRef":{}}"#, r#"{"roleRef":{}}"#),
                (
                    r#"{"subjects":[{"kind":"ServiceAccount","name":"s"},{"kind":"Else","name":"e"},
                        {"kind":"Group","apiGroup":"x","name":"g"},{"kind":"User","name":"u"}]}"#,
                    r#"{"subjects":[{"kind":"ServiceAccount","name":"s"},{"kind":"Else","name":"e"},
                        {"kind":"Group","apiGroup":"x","name":"g"},
                        {"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"}]}"#,
                ),
            ],
        );
        let mut binding = parse(br#"{"subjects":[{"kind":"User","name":"u"}]}"#).unwrap();
        Binding.default("v1", &mut binding);
        let text = r#"{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"}]}"#;
        assert_eq!(String::from_utf8(to_json(&binding)).unwrap(), text);
    }
}
