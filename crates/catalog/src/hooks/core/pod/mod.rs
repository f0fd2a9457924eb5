//! Pod: the kind with the most rules of its own.
//!
//! ```text
//! decode  --> defaults (resources: what follows from limits and containers)
//! create  --> quality of service, label keys, scheduling gates
//! delete  --> grace period          show --> row
//! ```

mod defaults;
mod label_keys;
mod narrow;
mod quality;
mod resources;
mod row;
mod status;

use crate::hooks::cells::items;
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::shape::{definition, set_at};
use pintle_meta::Value;
use pintle_schema::{Hooks, Struct};

/// core Pod.
#[derive(Debug)]
pub(super) struct Pod;

impl Hooks for Pod {
    fn default(&self, _version: &str, object: &mut Value) {
        defaults::complete(object);
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &["spec"]);
        status::begin(object);
        label_keys::apply(object);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &["spec"]);
    }

    fn prepare_subresource(&self, subresource: &str, object: &mut Value, old: &Value) {
        match subresource {
            "status" => status::keep(object, old),
            "ephemeralcontainers" => narrow::to_ephemeral_containers(object, old),
            "resize" => narrow::to_sizes(object, old),
            _ => {}
        }
        drop_disabled(object, Some(old), &["spec"]);
    }

    /// Only a pod that runs somewhere needs time to end.
    fn grace_period(&self, object: &Value, asked: Option<i64>) -> Option<i64> {
        let scheduled = !object.text_at(&["spec", "nodeName"]).is_empty();
        let period = match asked {
            _ if !scheduled || is_finished(object) => 0,
            Some(asked) => asked,
            None => object["spec"]["terminationGracePeriodSeconds"].as_int().unwrap_or_default(),
        };
        Some(if period < 0 { 1 } else { period })
    }

    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        match field {
            "spec.hostNetwork" => Some((object["spec"]["hostNetwork"] == Value::Bool(true)).to_string()),
            "status.podIP" => Some(first_ip(object).to_owned()),
            // Accepted in selectors, but no pod has it.
            "status.podIPs" => Some(String::new()),
            _ => None,
        }
    }

    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        row::cells(object, now_unix_seconds)
    }

    fn row_conditions(&self, object: &Value) -> Vec<Value> {
        row::conditions(object)
    }
}

fn is_finished(pod: &Value) -> bool {
    matches!(pod.text_at(&["status", "phase"]), "Succeeded" | "Failed")
}

fn first_ip(pod: &Value) -> &str {
    items(pod, &["status", "podIPs"]).first().map_or("", |ip| ip.text_at(&["ip"]))
}

fn set_member(pod: &mut Value, path: &[&str], value: impl Into<Value>) {
    set_at(ty(), pod, path, value);
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.core.v1.Pod")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn only_running_pods_end_slowly() {
        for (pod, asked, period) in [
            (r#"{"spec":{"terminationGracePeriodSeconds":30}}"#, None, 0),
            (r#"{"spec":{"nodeName":"n","terminationGracePeriodSeconds":30}}"#, None, 30),
            (r#"{"spec":{"nodeName":"n","terminationGracePeriodSeconds":30}}"#, Some(5), 5),
            (r#"{"spec":{"nodeName":"n","terminationGracePeriodSeconds":-3}}"#, None, 1),
            (r#"{"spec":{"nodeName":"n"}}"#, None, 0),
            (r#"{"spec":{"nodeName":"n"},"status":{"phase":"Failed"}}"#, Some(5), 0),
        ] {
            let object = parse(pod.as_bytes()).unwrap();
            assert_eq!(Pod.grace_period(&object, asked), Some(period), "{pod}");
        }
    }

    #[test]
    fn fields_are_selected_as_text() {
        let pod = parse(br#"{"spec":{"hostNetwork":true},"status":{"podIPs":[{"ip":"1.1.1.1"}]}}"#).unwrap();
        let text = |object: &Value, field: &str| Pod.selectable_field(object, field);
        assert_eq!(text(&pod, "spec.hostNetwork").as_deref(), Some("true"));
        assert_eq!(text(&Value::map(), "spec.hostNetwork").as_deref(), Some("false"));
        assert_eq!(text(&pod, "status.podIP").as_deref(), Some("1.1.1.1"));
        assert_eq!(text(&pod, "status.podIPs").as_deref(), Some(""));
        assert_eq!(text(&pod, "spec.nodeName"), None);
    }
}
