//! A pod's status as the server begins it, and what of it nobody can take away.

use super::{quality, set_member};
use crate::hooks::cells::{count_at, items};
use crate::hooks::shape::{definition, items_mut, set};
use pintle_meta::Value;

const CONDITIONS: [&str; 2] = ["status", "conditions"];

/// A pod waits, and with scheduling gates says for what.
pub(super) fn begin(pod: &mut Value) {
    let quality = quality::of(pod);
    set_member(pod, &["status", "phase"], "Pending");
    set_member(pod, &["status", "qosClass"], quality);
    if !items(pod, &["spec", "schedulingGates"]).is_empty() {
        let gated = Value::from([
            ("type", "PodScheduled".into()),
            ("status", "False".into()),
            ("lastProbeTime", Value::Null),
            ("lastTransitionTime", pod["metadata"]["creationTimestamp"].clone()),
            ("reason", "SchedulingGated".into()),
            ("message", "Scheduling is blocked due to non-empty scheduling gates".into()),
        ]);
        set_member(pod, &CONDITIONS, [gated].into_iter().collect::<Value>());
    }
}

/// Quality of service never changes, and what generation was observed is not forgotten: old kubelets would
/// drop both.
pub(super) fn keep(pod: &mut Value, old: &Value) {
    let quality = old.text_at(&["status", "qosClass"]);
    if pod.text_at(&["status", "qosClass"]).is_empty() && !quality.is_empty() {
        set_member(pod, &["status", "qosClass"], quality);
    }
    let observed = count_at(old, &["status", "observedGeneration"]);
    if observed != 0 && count_at(pod, &["status", "observedGeneration"]) == 0 {
        set_member(pod, &["status", "observedGeneration"], observed);
    }
    keep_observed(pod, old);
}

/// Conditions that do not say what generation they are of keep it from the old ones of their type, in order.
fn keep_observed(pod: &mut Value, old: &Value) {
    const GENERATION: &str = "observedGeneration";
    let mut before: Vec<&Value> = items(old, &CONDITIONS).iter().collect();
    if !before.iter().any(|condition| count_at(condition, &[GENERATION]) != 0) {
        return;
    }
    let ty = definition("io.k8s.api.core.v1.PodCondition");
    for condition in items_mut(pod, &CONDITIONS) {
        let same = before.iter().position(|old| old.text_at(&["type"]) == condition.text_at(&["type"]));
        let generation = same.map_or(0, |at| count_at(before.remove(at), &[GENERATION]));
        if generation != 0 && count_at(condition, &[GENERATION]) == 0 {
            set(ty, condition, GENERATION, generation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn a_pod_begins_pending() {
        let mut pod = parse(
            br#"{"metadata":{"creationTimestamp":"t"},"spec":{"containers":[{}],"schedulingGates":[{"name":"g"}]}}"#,
        )
        .unwrap();
        begin(&mut pod);
        assert_eq!(
            pod["status"],
            parse(
                br#"{"phase":"Pending","qosClass":"BestEffort","conditions":[{"type":"PodScheduled","status":"False",
                    "lastProbeTime":null,"lastTransitionTime":"t","reason":"SchedulingGated",
                    "message":"Scheduling is blocked due to non-empty scheduling gates"}]}"#
            )
            .unwrap()
        );
    }

    #[test]
    fn old_kubelets_forget_nothing() {
        let old = parse(
            br#"{"status":{"qosClass":"Burstable","observedGeneration":2,"conditions":[{"type":"a","observedGeneration":1},{"type":"a","observedGeneration":2}]}}"#,
        )
        .unwrap();
        let mut pod = parse(
            br#"{"status":{"conditions":[{"type":"a"},{"type":"a","observedGeneration":3},{"type":"b"}]}}"#,
        )
        .unwrap();
        keep(&mut pod, &old);
        assert_eq!(
            pod["status"],
            parse(
                br#"{"qosClass":"Burstable","observedGeneration":2,"conditions":[{"type":"a","observedGeneration":1},{"type":"a","observedGeneration":3},{"type":"b"}]}"#
            )
            .unwrap()
        );
    }
}
