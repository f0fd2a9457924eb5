//! DaemonSet: how it rolls when it does not say, and a count of its templates that old clients read from an
//! annotation.

use crate::hooks::cells::is_set;
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use crate::hooks::shape::{definition, set_at};
use pintle_meta::Value;
use pintle_schema::{Hooks, Struct};

/// How many templates there have been; always there.
const GENERATION: [&str; 3] = ["metadata", "annotations", "deprecated.daemonset.template.generation"];

/// Where its pods' spec is.
const POD_SPEC: [&str; 3] = ["spec", "template", "spec"];

/// apps DaemonSet.
#[derive(Debug)]
pub(super) struct DaemonSet;

impl Hooks for DaemonSet {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &["spec", "template"]);
        default_rolling_update(object);
        let text = object.text_at(&GENERATION);
        let number = generation(object).to_string();
        if text != number {
            set_at(ty(), object, &GENERATION, number);
        }
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &POD_SPEC);
        let first = generation(object).max(1);
        set_at(ty(), object, &GENERATION, first.to_string());
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
        let changed = object["spec"]["template"] != old["spec"]["template"];
        let number = generation(old).saturating_add(i64::from(changed));
        set_at(ty(), object, &GENERATION, number.to_string());
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        names_and_images(object.at(&POD_SPEC)).into()
    }
}

fn default_rolling_update(object: &mut Value) {
    if object.text_at(&["spec", "updateStrategy", "type"]) != "RollingUpdate" {
        return;
    }
    for (member, default) in [("maxUnavailable", 1), ("maxSurge", 0)] {
        let path = ["spec", "updateStrategy", "rollingUpdate", member];
        if !is_set(object, &path) {
            set_at(ty(), object, &path, default);
        }
    }
}

fn generation(object: &Value) -> i64 {
    object.text_at(&GENERATION).parse().unwrap_or_default()
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.apps.v1.DaemonSet")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;
    use pintle_meta::value::parse;

    #[test]
    fn rolling_updates_have_limits() {
        check_default(
            &DaemonSet,
            "v1",
            &[
                (
                    r#"{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}"#,
                    r#"{"metadata":{"annotations":{"deprecated.daemonset.template.generation":"0"}},
                        "spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}}}}"#,
                ),
                (
                    r#"{"metadata":{"annotations":{"deprecated.daemonset.template.generation":"7"}},
                        "spec":{"updateStrategy":{"type":"OnDelete"}}}"#,
                    r#"{"metadata":{"annotations":{"deprecated.daemonset.template.generation":"7"}},
                        "spec":{"updateStrategy":{"type":"OnDelete"}}}"#,
                ),
            ],
        );
    }

    #[test]
    fn templates_are_counted() {
        let mut set = parse(br#"{"spec":{"template":{"spec":{}}}}"#).unwrap();
        DaemonSet.prepare_create(&mut set);
        assert_eq!(set.text_at(&GENERATION), "1");
        let mut same = set.clone();
        DaemonSet.prepare_update(&mut same, &set);
        assert_eq!(same.text_at(&GENERATION), "1");
        let mut other = parse(br#"{"spec":{"template":{"spec":{"nodeName":"n"}}}}"#).unwrap();
        DaemonSet.prepare_update(&mut other, &set);
        assert_eq!(other.text_at(&GENERATION), "2");
    }
}
