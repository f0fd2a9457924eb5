//! metav1.LabelSelector documents: `matchLabels` and `matchExpressions`.

use super::label_selector::LabelSelector;
use super::requirement::{LabelOperator, LabelRequirement};
use crate::field::go_quote;
use crate::value::{Str, Value};

/// The selector that a document stands for: null matches nothing, an empty one everything.
pub(super) fn read(document: &Value) -> Result<LabelSelector, String> {
    if document.is_null() {
        return Ok(LabelSelector::nothing());
    }
    let mut requirements = Vec::new();
    if let Some(labels) = document.get("matchLabels").and_then(Value::as_map) {
        for (key, value) in labels.iter() {
            let value = text(value);
            requirements.push(LabelRequirement::new(key.clone(), LabelOperator::Equals, vec![value])?);
        }
    }
    if let Some(expressions) = document.get("matchExpressions").and_then(Value::as_list) {
        for expression in expressions {
            requirements.push(read_expression(expression)?);
        }
    }
    Ok(LabelSelector::new(requirements))
}

fn read_expression(expression: &Value) -> Result<LabelRequirement, String> {
    let operator = match expression.text_at(&["operator"]) {
        "In" => LabelOperator::In,
        "NotIn" => LabelOperator::NotIn,
        "Exists" => LabelOperator::Exists,
        "DoesNotExist" => LabelOperator::DoesNotExist,
        other => return Err(format!("{} is not a valid pod selector operator", go_quote(other))),
    };
    let values = expression.get("values").and_then(Value::as_list).map_or(&[][..], |list| list);
    LabelRequirement::new(expression.text_at(&["key"]), operator, values.iter().map(text).collect())
}

fn text(value: &Value) -> Str {
    match value {
        Value::String(text) => text.clone(),
        _ => Str::new(),
    }
}
