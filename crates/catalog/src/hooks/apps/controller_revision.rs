//! ControllerRevision: who controls it.

use pintle_meta::{GroupVersion, Object, Value};
use pintle_schema::Hooks;

/// apps ControllerRevision.
#[derive(Debug)]
pub(super) struct ControllerRevision;

impl Hooks for ControllerRevision {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let mut owners = object.owner_references().iter();
        let controller = owners.find(|owner| owner["controller"] == Value::Bool(true));
        vec![controller.map_or_else(|| "<none>".into(), |owner| Value::from(named(owner)))]
    }
}

/// `kind.group/name` in small letters but for the name.
fn named(owner: &Value) -> String {
    let (kind, name) = (owner.text_at(&["kind"]), owner.text_at(&["name"]));
    let group = GroupVersion::parse(owner.text_at(&["apiVersion"])).map(|version| version.group);
    match group {
        Ok(group) if !group.is_empty() => format!("{}/{name}", format!("{kind}.{group}").to_lowercase()),
        _ if kind.is_empty() => name.to_owned(),
        _ => format!("{}/{name}", kind.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ControllerRevision,
            &[
                (r#"{"metadata":{}}"#, r#"["<none>"]"#),
                (
                    r#"{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"},
                        {"apiVersion":"apps/v1","kind":"StatefulSet","name":"S","controller":true}]}}"#,
                    r#"["statefulset.apps/S"]"#,
                ),
            ],
        );
    }
}
