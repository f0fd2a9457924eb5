//! PodDisruptionBudget: its two bounds, numbers or percentages.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// policy PodDisruptionBudget.
#[derive(Debug)]
pub(super) struct PodDisruptionBudget;

impl Hooks for PodDisruptionBudget {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        ["minAvailable", "maxUnavailable"].map(|bound| bound_text(object.at(&["spec", bound])).into()).into()
    }
}

fn bound_text(bound: Option<&Value>) -> String {
    match bound {
        Some(Value::Int(number)) => number.to_string(),
        Some(Value::String(percentage)) => percentage.to_string(),
        _ => "N/A".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PodDisruptionBudget,
            &[
                (r#"{"spec":{}}"#, r#"["N/A","N/A"]"#),
                (r#"{"spec":{"minAvailable":0}}"#, r#"["0","N/A"]"#),
                (r#"{"spec":{"maxUnavailable":"25%"}}"#, r#"["N/A","25%"]"#),
            ],
        );
    }
}
