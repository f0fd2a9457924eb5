//! ComponentStatus: its one condition as cells.

use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// core ComponentStatus.
#[derive(Debug)]
pub(super) struct ComponentStatus;

impl Hooks for ComponentStatus {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let mut conditions = items(object, &["conditions"]).iter();
        let Some(healthy) = conditions.find(|condition| condition.text_at(&["type"]) == "Healthy") else {
            return vec!["Unknown".into(), "".into(), "".into()];
        };
        let status = if healthy.text_at(&["status"]) == "True" { "Healthy" } else { "Unhealthy" };
        vec![status.into(), healthy.text_at(&["message"]).into(), healthy.text_at(&["error"]).into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ComponentStatus,
            &[
                (r#"{}"#, r#"["Unknown","",""]"#),
                (
                    r#"{"conditions":[{"type":"Healthy","status":"False","message":"m","error":"e"}]}"#,
                    r#"["Unhealthy","m","e"]"#,
                ),
            ],
        );
    }
}
