//! ValidatingAdmissionPolicyBinding and MutatingAdmissionPolicyBinding: the parameters they bind.

use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;
use std::collections::BTreeMap;

/// admissionregistration.k8s.io ValidatingAdmissionPolicyBinding and MutatingAdmissionPolicyBinding.
#[derive(Debug)]
pub(super) struct PolicyBinding;

impl Hooks for PolicyBinding {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let reference = object.at(&["spec", "paramRef"]);
        vec![reference.and_then(parameters).unwrap_or_else(|| "<unset>".to_owned()).into()]
    }
}

/// A name in a namespace, or in whichever one applies, or the selector as Go prints the struct.
fn parameters(reference: &Value) -> Option<String> {
    match (reference.text_at(&["namespace"]), reference.text_at(&["name"])) {
        (_, "") => reference.get("selector").filter(|selector| !selector.is_null()).map(go_text),
        ("", name) => Some(format!("*/{name}")),
        (namespace, name) => Some(format!("{namespace}/{name}")),
    }
}

fn go_text(selector: &Value) -> String {
    let labels: BTreeMap<&str, &str> = selector
        .get("matchLabels")
        .and_then(Value::as_map)
        .into_iter()
        .flat_map(|labels| labels.iter())
        .map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    let labels: String = labels.iter().map(|(key, value)| format!("{key}: {value},")).collect();
    let expressions: String = items(selector, &["matchExpressions"]).iter().map(go_requirement).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},\
         MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}

fn go_requirement(requirement: &Value) -> String {
    let values: Vec<&str> =
        items(requirement, &["values"]).iter().map(|value| value.as_str().unwrap_or_default()).collect();
    format!(
        "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
        requirement.text_at(&["key"]),
        requirement.text_at(&["operator"]),
        values.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PolicyBinding,
            &[
                (r#"{"spec":{}}"#, r#"["<unset>"]"#),
                (r#"{"spec":{"paramRef":{"name":"n"}}}"#, r#"["*/n"]"#),
                (r#"{"spec":{"paramRef":{"namespace":"ns","name":"n"}}}"#, r#"["ns/n"]"#),
                (
                    r#"{"spec":{"paramRef":{"selector":{"matchLabels":{"b":"2","a":"1"},
                        "matchExpressions":[{"key":"k","operator":"In","values":["x","y"]}]}}}}"#,
                    concat!(
                        r#"["&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},"#,
                        r#"MatchExpressions:[]LabelSelectorRequirement{"#,
                        r#"LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}"]"#,
                    ),
                ),
            ],
        );
    }
}
