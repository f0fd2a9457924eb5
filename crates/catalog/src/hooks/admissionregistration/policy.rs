//! ValidatingAdmissionPolicy and MutatingAdmissionPolicy: the kind of their parameters.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// admissionregistration.k8s.io ValidatingAdmissionPolicy and MutatingAdmissionPolicy.
#[derive(Debug)]
pub(super) struct Policy;

impl Hooks for Policy {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let kind = object.at(&["spec", "paramKind"]).filter(|kind| !kind.is_null());
        let kind = kind.map(|kind| format!("{}/{}", kind.text_at(&["apiVersion"]), kind.text_at(&["kind"])));
        vec![kind.unwrap_or_else(|| "<unset>".to_owned()).into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Policy,
            &[
                (r#"{"spec":{}}"#, r#"["<unset>"]"#),
                (r#"{"spec":{"paramKind":{"apiVersion":"x/v1","kind":"K"}}}"#, r#"["x/v1/K"]"#),
            ],
        );
    }
}
