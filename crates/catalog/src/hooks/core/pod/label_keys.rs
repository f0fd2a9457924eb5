//! Keys whose values are taken from the pod itself: at create they become requirements of the selectors of
//! affinity and of spreading.

use crate::hooks::cells::{is_set, items};
use crate::hooks::shape::{at_mut, definition, items_mut, set};
use pintle_meta::{List, Map, Object, Value};

const AFFINITIES: [&str; 2] = ["podAffinity", "podAntiAffinity"];
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const SPREAD: [&str; 2] = ["spec", "topologySpreadConstraints"];

/// Keys that a term names, and the operator they stand for.
const KEYS: [(&str, &str); 2] = [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")];

/// Makes requirements of them.
pub(super) fn apply(pod: &mut Value) {
    let Some(labels) = pod.labels().cloned() else { return };
    for affinity in AFFINITIES {
        let path = ["spec", "affinity", affinity];
        if !is_set(pod, &path) {
            continue;
        }
        let Some(affinity) = at_mut(pod, &path) else { continue };
        for preferred in items_mut(affinity, &[PREFERRED]) {
            at_mut(preferred, &["podAffinityTerm"]).into_iter().for_each(|term| require(term, &labels));
        }
        items_mut(affinity, &[REQUIRED]).iter_mut().for_each(|term| require(term, &labels));
    }
    if !items(pod, &SPREAD).is_empty() {
        items_mut(pod, &SPREAD).iter_mut().for_each(|constraint| require(constraint, &labels));
    }
}

/// A selector that is not there selects nothing, whatever is required of it.
fn require(term: &mut Value, labels: &Map) {
    if !is_set(term, &["labelSelector"]) {
        return;
    }
    let mut added = Vec::new();
    for (member, operator) in KEYS {
        for key in items(term, &[member]).iter().filter_map(Value::as_str) {
            let Some(value) = labels.get(key) else { continue };
            let values: Value = [value.clone()].into_iter().collect();
            added.push(Value::from([("key", key.into()), ("operator", operator.into()), ("values", values)]));
        }
    }
    if added.is_empty() {
        return;
    }
    let Some(selector) = at_mut(term, &["labelSelector"]) else { return };
    let all: List = items(selector, &["matchExpressions"]).iter().cloned().chain(added).collect();
    set(definition("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"), selector, "matchExpressions", all);
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::{parse, to_json};

    #[test]
    fn keys_become_requirements() {
        for (term, wanted) in [
            (r#"{"matchLabelKeys":["a"]}"#, r#"{"matchLabelKeys":["a"]}"#),
            (
                r#"{"labelSelector":{},"matchLabelKeys":["z"]}"#,
                r#"{"labelSelector":{},"matchLabelKeys":["z"]}"#,
            ),
            (
                r#"{"labelSelector":{},"matchLabelKeys":["a"],"mismatchLabelKeys":["b"]}"#,
                r#"{"labelSelector":{"matchExpressions":[{"key":"a","operator":"In","values":["1"]},{"key":"b","operator":"NotIn","values":["2"]}]},"matchLabelKeys":["a"],"mismatchLabelKeys":["b"]}"#,
            ),
        ] {
            let text = format!(
                r#"{{"metadata":{{"labels":{{"a":"1","b":"2"}}}},"spec":{{"affinity":{{"podAffinity":{{"{REQUIRED}":[{term}]}}}},"topologySpreadConstraints":[{term}]}}}}"#
            );
            let mut pod = parse(text.as_bytes()).unwrap();
            apply(&mut pod);
            let made = [
                items(&pod, &["spec", "affinity", "podAffinity", REQUIRED])[0].clone(),
                items(&pod, &SPREAD)[0].clone(),
            ];
            made.iter().for_each(|made| assert_eq!(String::from_utf8(to_json(made)).unwrap(), wanted));
        }
    }
}
