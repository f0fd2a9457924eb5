//! Node: what it can give, its range of pod addresses under two names, and its state as cells.

use crate::hooks::cells::{condition, is_set, items, non_empty_or};
use crate::hooks::shape::{definition, set_at};
use pintle_meta::{Object, Value};
use pintle_schema::{Hooks, Struct};
use std::collections::BTreeSet;

const CAPACITY: [&str; 2] = ["status", "capacity"];
const ALLOCATABLE: [&str; 2] = ["status", "allocatable"];
const RANGE: [&str; 2] = ["spec", "podCIDR"];
const RANGES: [&str; 2] = ["spec", "podCIDRs"];

/// Labels that say what a node is for: by their own name, and by their value.
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
const ROLE: &str = "kubernetes.io/role";

/// core Node.
#[derive(Debug)]
pub(super) struct Node;

impl Hooks for Node {
    fn default(&self, _version: &str, object: &mut Value) {
        if !is_set(object, &ALLOCATABLE)
            && let Some(capacity) = object.at(&CAPACITY).filter(|value| !value.is_null()).cloned()
        {
            set_at(ty(), object, &ALLOCATABLE, capacity);
        }
        follow_range(object);
    }

    /// Nodes are made by kubelets, which know their status.
    fn creates_with_status(&self) -> bool {
        true
    }

    fn selectable_field(&self, object: &Value, field: &str) -> Option<String> {
        (field == "spec.unschedulable").then(|| is_unschedulable(object).to_string())
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let info = |member: &str| non_empty_or(object, &["status", "nodeInfo", member], "<unknown>").into();
        vec![
            status(object).into(),
            roles(object).into(),
            address(object, "InternalIP").into(),
            address(object, "ExternalIP").into(),
            info("osImage"),
            info("kernelVersion"),
            info("containerRuntimeVersion"),
        ]
    }
}

/// The first of the ranges has a name of its own, which wins where they differ.
fn follow_range(object: &mut Value) {
    let first = items(object, &RANGES).first().and_then(Value::as_str);
    match (object.text_at(&RANGE), first) {
        ("", None) => {}
        ("", Some(first)) => {
            let first = first.to_owned();
            set_at(ty(), object, &RANGE, first);
        }
        (range, first) if first != Some(range) => {
            let ranges: Value = [Value::from(range)].into_iter().collect();
            set_at(ty(), object, &RANGES, ranges);
        }
        _ => {}
    }
}

fn is_unschedulable(node: &Value) -> bool {
    node["spec"]["unschedulable"] == Value::Bool(true)
}

fn status(node: &Value) -> String {
    let ready = match condition(node, "Ready").map(|condition| condition.text_at(&["status"])) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let scheduling = if is_unschedulable(node) { ",SchedulingDisabled" } else { "" };
    format!("{ready}{scheduling}")
}

fn roles(node: &Value) -> String {
    let labels = node.labels().into_iter().flat_map(|labels| labels.iter());
    let roles = labels.filter_map(|(key, value)| match key.strip_prefix(ROLE_PREFIX) {
        Some(role) => Some(role),
        None if key == ROLE => value.as_str(),
        None => None,
    });
    let roles: BTreeSet<&str> = roles.filter(|role| !role.is_empty()).collect();
    match roles.is_empty() {
        true => "<none>".to_owned(),
        false => roles.into_iter().collect::<Vec<_>>().join(","),
    }
}

fn address<'a>(node: &'a Value, kind: &str) -> &'a str {
    let mut addresses = items(node, &["status", "addresses"]).iter();
    addresses
        .find(|address| address.text_at(&["type"]) == kind)
        .map_or("<none>", |address| address.text_at(&["address"]))
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.core.v1.Node")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::{check, check_default};

    #[test]
    fn a_node_gives_all_it_has() {
        check_default(
            &Node,
            "v1",
            &[
                (
                    r#"{"spec":{"podCIDR":"10.0.0.0/24"},"status":{"capacity":{"cpu":"1"}}}"#,
                    r#"{"spec":{"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24"]},
                        "status":{"capacity":{"cpu":"1"},"allocatable":{"cpu":"1"}}}"#,
                ),
                (
                    r#"{"spec":{"podCIDR":"a","podCIDRs":["b","c"]},"status":{}}"#,
                    r#"{"spec":{"podCIDR":"a","podCIDRs":["a"]},"status":{}}"#,
                ),
                (
                    r#"{"spec":{"podCIDRs":["b","c"]},"status":{}}"#,
                    r#"{"spec":{"podCIDR":"b","podCIDRs":["b","c"]},"status":{}}"#,
                ),
            ],
        );
    }

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Node,
            &[
                (r#"{}"#, r#"["Unknown","<none>","<none>","<none>","<unknown>","<unknown>","<unknown>"]"#),
                (
                    r#"{"metadata":{"labels":{"node-role.kubernetes.io/worker":"","kubernetes.io/role":"a","node-role.kubernetes.io/":""}},
                        "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"Unknown"}],
                        "addresses":[{"type":"InternalIP","address":"10.0.0.1"}],
                        "nodeInfo":{"osImage":"o","kernelVersion":"k","containerRuntimeVersion":"c"}}}"#,
                    r#"["NotReady,SchedulingDisabled","a,worker","10.0.0.1","<none>","o","k","c"]"#,
                ),
            ],
        );
    }

    #[test]
    fn unschedulable_is_selected_by_word() {
        assert_eq!(Node.selectable_field(&Value::map(), "spec.unschedulable").as_deref(), Some("false"));
    }
}
