//! IngressClass: whether it is the default one, and what its parameters are.

use crate::hooks::cells::annotated;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// Marks the class of Ingresses that name none.
const DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";

/// networking.k8s.io IngressClass.
#[derive(Debug)]
pub(super) struct IngressClass;

impl Hooks for IngressClass {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let mut name = object.text_at(&["metadata", "name"]).to_owned();
        if annotated(object, DEFAULT, "true") {
            name.push_str(" (default)");
        }
        vec![name.into(), parameters(object.at(&["spec", "parameters"])).into()]
    }
}

/// `Kind.group/name`
fn parameters(reference: Option<&Value>) -> String {
    let Some(reference) = reference.filter(|value| !value.is_null()) else { return "<none>".to_owned() };
    let (kind, name) = (reference.text_at(&["kind"]), reference.text_at(&["name"]));
    match reference.get("apiGroup").and_then(Value::as_str) {
        Some(group) => format!("{kind}.{group}/{name}"),
        None => format!("{kind}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &IngressClass,
            &[
                (r#"{"metadata":{"name":"a"},"spec":{}}"#, r#"["a","<none>"]"#),
                (
                    r#"{"metadata":{"name":"a","annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}},
                        "spec":{"parameters":{"apiGroup":"k.example.com","kind":"P","name":"n","scope":"Cluster"}}}"#,
                    r#"["a (default)","P.k.example.com/n"]"#,
                ),
                (
                    r#"{"metadata":{"name":"a","annotations":{"ingressclass.kubernetes.io/is-default-class":"yes"}},
                        "spec":{"parameters":{"kind":"P","name":"n"}}}"#,
                    r#"["a","P/n"]"#,
                ),
            ],
        );
    }
}
