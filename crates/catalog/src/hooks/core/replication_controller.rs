//! ReplicationController: labels and selector that follow its template.

use crate::hooks::cells::count_at;
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use crate::hooks::shape::{definition, set_at};
use pintle_meta::Value;
use pintle_schema::Hooks;

const TEMPLATE_LABELS: [&str; 4] = ["spec", "template", "metadata", "labels"];
/// Where its pods' spec is.
const POD_SPEC: [&str; 3] = ["spec", "template", "spec"];

/// core ReplicationController.
#[derive(Debug)]
pub(super) struct ReplicationController;

impl Hooks for ReplicationController {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &["spec", "template"]);
        let ty = definition("io.k8s.api.core.v1.ReplicationController");
        for path in [["spec", "selector"], ["metadata", "labels"]] {
            if object.at(&path).is_none_or(Value::is_empty)
                && let Some(labels) = object.at(&TEMPLATE_LABELS).filter(|labels| !labels.is_empty()).cloned()
            {
                set_at(ty, object, &path, labels);
            }
        }
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &POD_SPEC);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
    }

    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        (field == "status.replicas").then(|| count_at(object, &["status", "replicas"]).to_string())
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let [names, images] = names_and_images(object.at(&POD_SPEC));
        vec![count_at(object, &["spec", "replicas"]).into(), names, images]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::{check, check_default};

    #[test]
    fn labels_follow_the_template() {
        check_default(
            &ReplicationController,
            "v1",
            &[
                (
                    r#"{"metadata":{},"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}"#,
                    r#"{"metadata":{"labels":{"a":"b"}},"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}}}}}"#,
                ),
                (
                    r#"{"metadata":{},"spec":{"selector":{"c":"d"}}}"#,
                    r#"{"metadata":{},"spec":{"selector":{"c":"d"}}}"#,
                ),
            ],
        );
    }

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ReplicationController,
            &[(
                r#"{"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#,
                r#"[2,"c","i"]"#,
            )],
        );
    }
}
