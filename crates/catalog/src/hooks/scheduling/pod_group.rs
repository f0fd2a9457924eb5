//! PodGroup: whether it is scheduled as a gang, and whether it has been.

use crate::hooks::cells::{items, text_or};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// scheduling.k8s.io PodGroup.
#[derive(Debug)]
pub(super) struct PodGroup;

impl Hooks for PodGroup {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let gang = object.at(&["spec", "schedulingPolicy", "gang"]).is_some_and(|gang| !gang.is_null());
        vec![if gang { "Gang" } else { "Basic" }.into(), workload(object).into(), state(object).into()]
    }
}

fn workload(object: &Value) -> &str {
    text_or(object, &["spec", "podGroupTemplateRef", "workload", "workloadName"], "<none>")
}

/// A disruption outweighs what scheduling says.
fn state(object: &Value) -> &str {
    let last = |kind: &str| {
        items(object, &["status", "conditions"])
            .iter()
            .rfind(|condition| condition.text_at(&["type"]) == kind)
    };
    if let Some(disrupted) = last("DisruptionTarget") {
        return disrupted.text_at(&["reason"]);
    }
    match last("PodGroupScheduled").map(|condition| condition.text_at(&["status"])) {
        None => "Pending",
        Some("True") => "Scheduled",
        Some(_) => "Unschedulable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PodGroup,
            &[
                (
                    r#"{"spec":{"schedulingPolicy":{"basic":{}}},"status":{}}"#,
                    r#"["Basic","<none>","Pending"]"#,
                ),
                (
                    r#"{"spec":{"schedulingPolicy":{"gang":{"minCount":2}},
                        "podGroupTemplateRef":{"workload":{"workloadName":"w"}}},
                        "status":{"conditions":[{"type":"PodGroupScheduled","status":"False"}]}}"#,
                    r#"["Gang","w","Unschedulable"]"#,
                ),
                (
                    r#"{"spec":{},"status":{"conditions":[{"type":"DisruptionTarget","reason":"Preempted"},
                        {"type":"PodGroupScheduled","status":"True"}]}}"#,
                    r#"["Basic","<none>","Preempted"]"#,
                ),
            ],
        );
    }
}
