//! Deployment: how it rolls when it does not say, and its replicas as cells.

use crate::hooks::cells::{count_at, is_set};
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use crate::hooks::shape::{definition, set_at};
use pintle_meta::{LabelSelector, Value};
use pintle_schema::Hooks;

/// The members of a rolling update that have a default, and what it is.
const ROLLING: [(&str, &str); 2] = [("maxUnavailable", "25%"), ("maxSurge", "25%")];

/// Where its pods' spec is.
const POD_SPEC: [&str; 3] = ["spec", "template", "spec"];

/// apps Deployment.
#[derive(Debug)]
pub(super) struct Deployment;

impl Hooks for Deployment {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &["spec", "template"]);
        if object.text_at(&["spec", "strategy", "type"]) != "RollingUpdate" {
            return;
        }
        let ty = definition("io.k8s.api.apps.v1.Deployment");
        for (member, default) in ROLLING {
            let path = ["spec", "strategy", "rollingUpdate", member];
            if !is_set(object, &path) {
                set_at(ty, object, &path, default);
            }
        }
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &POD_SPEC);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let ready = count_at(object, &["status", "readyReplicas"]);
        let wanted = count_at(object, &["spec", "replicas"]);
        let [names, images] = names_and_images(object.at(&POD_SPEC));
        vec![format!("{ready}/{wanted}").into(), names, images, selector(&object["spec"]["selector"]).into()]
    }
}

/// A selector's text; unlike in other tables empty when it selects everything.
fn selector(document: &Value) -> String {
    match LabelSelector::from_document(document) {
        Ok(selector) => selector.to_string(),
        Err(_) => "<invalid>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::{check, check_default};

    #[test]
    fn only_rolling_updates_have_limits() {
        check_default(
            &Deployment,
            "v1",
            &[
                (
                    r#"{"spec":{"strategy":{"type":"RollingUpdate"},"template":{"spec":{}}}}"#,
                    r#"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},
                        "template":{"spec":{}}}}"#,
                ),
                (
                    r#"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":0}}}}"#,
                    r#"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":0}}}}"#,
                ),
                (
                    r#"{"spec":{"strategy":{"type":"Recreate"}}}"#,
                    r#"{"spec":{"strategy":{"type":"Recreate"}}}"#,
                ),
            ],
        );
    }

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Deployment,
            &[
                (
                    r#"{"spec":{"replicas":2,"selector":{"matchLabels":{"app":"d"}},
                        "template":{"spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"j"}]}}},"status":{}}"#,
                    r#"["0/2","a,b","i,j","app=d"]"#,
                ),
                (
                    r#"{"spec":{"replicas":1,"selector":{}},"status":{"readyReplicas":1}}"#,
                    r#"["1/1","","",""]"#,
                ),
            ],
        );
    }
}
