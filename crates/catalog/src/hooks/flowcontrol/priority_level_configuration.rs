//! PriorityLevelConfiguration: its share and its queues.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// flowcontrol.apiserver.k8s.io PriorityLevelConfiguration.
#[derive(Debug)]
pub(super) struct PriorityLevelConfiguration;

impl Hooks for PriorityLevelConfiguration {
    /// Numbers, though the columns say text.
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let limited = object.at(&["spec", "limited"]);
        let queuing = limited.and_then(|limited| limited.at(&["limitResponse", "queuing"]));
        let number = |holder: Option<&Value>, key: &str| match holder {
            Some(holder @ Value::Map(_)) => Value::Int(holder.get(key).and_then(Value::as_int).unwrap_or(0)),
            _ => "<none>".into(),
        };
        vec![
            number(limited, "nominalConcurrencyShares"),
            number(queuing, "queues"),
            number(queuing, "handSize"),
            number(queuing, "queueLengthLimit"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PriorityLevelConfiguration,
            &[
                (r#"{"spec":{"type":"Exempt"}}"#, r#"["<none>","<none>","<none>","<none>"]"#),
                (
                    r#"{"spec":{"limited":{"nominalConcurrencyShares":0,"limitResponse":{"type":"Reject"}}}}"#,
                    r#"[0,"<none>","<none>","<none>"]"#,
                ),
                (
                    r#"{"spec":{"limited":{"nominalConcurrencyShares":30,"limitResponse":{"type":"Queue",
                        "queuing":{"queues":64,"handSize":8,"queueLengthLimit":50}}}}}"#,
                    r#"[30,64,8,50]"#,
                ),
            ],
        );
    }
}
