//! StatefulSet: how it rolls when it does not say, its claims, and its replicas as cells.

use crate::hooks::cells::{count_at, is_set, items};
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use crate::hooks::shape::{definition, items_mut, set, set_at};
use pintle_meta::Value;
use pintle_schema::{Hooks, Struct};

/// Where its pods' spec is.
const POD_SPEC: [&str; 3] = ["spec", "template", "spec"];

const STRATEGY: [&str; 2] = ["spec", "updateStrategy"];
const PARTITION: [&str; 4] = ["spec", "updateStrategy", "rollingUpdate", "partition"];
const MAX_UNAVAILABLE: [&str; 4] = ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"];

/// apps StatefulSet.
#[derive(Debug)]
pub(super) struct StatefulSet;

impl Hooks for StatefulSet {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &["spec", "template"]);
        default_strategy(object);
        default_claims(object);
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &POD_SPEC);
        object.take_at(&MAX_UNAVAILABLE);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
        if !is_set(old, &MAX_UNAVAILABLE) {
            object.take_at(&MAX_UNAVAILABLE);
        }
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let ready = count_at(object, &["status", "readyReplicas"]);
        let wanted = count_at(object, &["spec", "replicas"]);
        let [names, images] = names_and_images(object.at(&POD_SPEC));
        vec![format!("{ready}/{wanted}").into(), names, images]
    }
}

/// A strategy that is named keeps what it says of rolling; one that is not gets all of it.
fn default_strategy(object: &mut Value) {
    match object.at(&STRATEGY).map_or("", |strategy| strategy.text_at(&["type"])) {
        "" => set_at(ty(), object, &["spec", "updateStrategy", "type"], "RollingUpdate"),
        "RollingUpdate" if is_set(object, &PARTITION[..3]) => {}
        _ => return,
    }
    if !is_set(object, &PARTITION) {
        set_at(ty(), object, &PARTITION, 0);
    }
}

/// Claims that are made for pods are objects of their own kind.
fn default_claims(object: &mut Value) {
    let named =
        |claim: &Value| !claim.text_at(&["kind"]).is_empty() && !claim.text_at(&["apiVersion"]).is_empty();
    if items(object, &["spec", "volumeClaimTemplates"]).iter().all(named) {
        return;
    }
    let ty = definition("io.k8s.api.core.v1.PersistentVolumeClaim");
    for claim in items_mut(object, &["spec", "volumeClaimTemplates"]) {
        for (member, default) in [("kind", "PersistentVolumeClaim"), ("apiVersion", "v1")] {
            if claim.text_at(&[member]).is_empty() {
                set(ty, claim, member, default);
            }
        }
    }
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.apps.v1.StatefulSet")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::{check, check_default};

    #[test]
    fn strategies_are_completed() {
        check_default(
            &StatefulSet,
            "v1",
            &[
                (
                    r#"{"spec":{"updateStrategy":{}}}"#,
                    r#"{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}}}}"#,
                ),
                (
                    r#"{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}"#,
                    r#"{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}"#,
                ),
                (
                    r#"{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{}}}}"#,
                    r#"{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}}}}"#,
                ),
                (
                    r#"{"spec":{"updateStrategy":{"type":"OnDelete"},"volumeClaimTemplates":[{}]}}"#,
                    r#"{"spec":{"updateStrategy":{"type":"OnDelete"},
                        "volumeClaimTemplates":[{"kind":"PersistentVolumeClaim","apiVersion":"v1"}]}}"#,
                ),
            ],
        );
    }

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &StatefulSet,
            &[(r#"{"spec":{"replicas":3},"status":{"readyReplicas":1}}"#, r#"["1/3","",""]"#)],
        );
    }
}
