//! How fast an autoscaler may scale: defaults, and the form in which v1 annotations hold it, which is the
//! reference's unversioned Go struct.

use crate::hooks::shape;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Map, Value};

/// Members of a scaling rule: name in annotations, name in v2.
const RULE: [(&str, &str); 4] = [
    ("StabilizationWindowSeconds", "stabilizationWindowSeconds"),
    ("SelectPolicy", "selectPolicy"),
    ("Policies", "policies"),
    ("Tolerance", "tolerance"),
];
const POLICY: [(&str, &str); 3] = [("Type", "type"), ("Value", "value"), ("PeriodSeconds", "periodSeconds")];
const DIRECTIONS: [(&str, &str); 2] = [("ScaleUp", "scaleUp"), ("ScaleDown", "scaleDown")];

/// Fills what either direction does not say.
pub(super) fn default(behavior: &mut Value) {
    let ty = shape::definition("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior");
    for (_, direction) in DIRECTIONS {
        let mut rules = behavior.get(direction).filter(|rules| !rules.is_null()).cloned();
        fill(rules.get_or_insert_with(Value::map), direction == "scaleUp");
        shape::set(ty, behavior, direction, rules.unwrap_or_default());
    }
}

/// Up at once, by four pods or to twice as many; down to nothing, after a window that the controller knows.
fn fill(rules: &mut Value, up: bool) {
    let ty = shape::definition("io.k8s.api.autoscaling.v2.HPAScalingRules");
    let unset = |rules: &Value, name: &str| rules.get(name).is_none_or(Value::is_null);
    if up && unset(rules, "stabilizationWindowSeconds") {
        shape::set(ty, rules, "stabilizationWindowSeconds", 0);
    }
    if unset(rules, "selectPolicy") {
        shape::set(ty, rules, "selectPolicy", "Max");
    }
    if unset(rules, "policies") {
        let percent = policy("Percent", 100);
        let policies: Value = if up {
            [policy("Pods", 4), percent].into_iter().collect()
        } else {
            [percent].into_iter().collect()
        };
        shape::set(ty, rules, "policies", policies);
    }
}

fn policy(kind: &str, value: i64) -> Value {
    Value::from([("type", kind.into()), ("value", value.into()), ("periodSeconds", 15.into())])
}

/// The annotation's text of v2 behavior: every member, null when unset.
pub(super) fn to_text(behavior: &Value) -> String {
    let text = renamed(behavior, &DIRECTIONS, |rules| {
        renamed(rules, &RULE, |value| match value {
            Value::List(policies) => {
                policies.iter().map(|policy| renamed(policy, &POLICY, Value::clone)).collect()
            }
            other => other.clone(),
        })
    });
    String::from_utf8_lossy(&to_json(&text)).into_owned()
}

fn renamed(from: &Value, names: &[(&str, &str)], below: impl Fn(&Value) -> Value) -> Value {
    if from.is_null() {
        return Value::Null;
    }
    let mut made = Map::with_capacity(names.len());
    for (name, in_v2) in names {
        made.push((*name).into(), from.get(in_v2).map_or(Value::Null, &below));
    }
    Value::Map(made)
}

/// v2 behavior from the annotation's text; `None` when Go would refuse it, or it says nothing.
/// Directions that it leaves out are filled.
pub(super) fn from_text(text: &str) -> Option<Value> {
    let ty = shape::definition("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior");
    // The names of v2 differ from the annotation's by case alone, and Go reads names in any case.
    let mut behavior = shape::read(parse(text.as_bytes()).ok()?, ty)?;
    if behavior.is_empty() {
        return None;
    }
    for (_, direction) in DIRECTIONS {
        if behavior.get(direction).is_none_or(Value::is_null) {
            let mut rules = Value::map();
            fill(&mut rules, direction == "scaleUp");
            shape::set(ty, &mut behavior, direction, rules);
        }
    }
    Some(behavior)
}
