//! FlowSchema: how flows are told apart, and whether the priority level is missing.

use crate::hooks::cells::{condition, text_or};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// flowcontrol.apiserver.k8s.io FlowSchema.
#[derive(Debug)]
pub(super) struct FlowSchema;

impl Hooks for FlowSchema {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let dangling = condition(object, "Dangling").map_or("?", |found| found.text_at(&["status"]));
        vec![text_or(object, &["spec", "distinguisherMethod", "type"], "<none>").into(), dangling.into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &FlowSchema,
            &[
                (r#"{"spec":{},"status":{}}"#, r#"["<none>","?"]"#),
                (
                    r#"{"spec":{"distinguisherMethod":{"type":"ByUser"}},
                        "status":{"conditions":[{"type":"Dangling","status":"False"}]}}"#,
                    r#"["ByUser","False"]"#,
                ),
            ],
        );
    }
}
