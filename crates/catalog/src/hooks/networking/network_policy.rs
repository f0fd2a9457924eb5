//! NetworkPolicy: what it speaks about when it does not say.

use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// networking.k8s.io NetworkPolicy.
#[derive(Debug)]
pub(super) struct NetworkPolicy;

impl Hooks for NetworkPolicy {
    /// A policy without types is about what comes in, and about what goes out when it has rules for that.
    fn default(&self, _version: &str, object: &mut Value) {
        if !items(object, &["spec", "policyTypes"]).is_empty() {
            return;
        }
        let mut types = vec![Value::from("Ingress")];
        if !items(object, &["spec", "egress"]).is_empty() {
            types.push("Egress".into());
        }
        if let Some(place) = object.place(&["spec", "policyTypes"]) {
            *place = types.into_iter().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;

    #[test]
    fn types_follow_the_rules() {
        check_default(
            &NetworkPolicy,
            "v1",
            &[
                (r#"{"spec":{}}"#, r#"{"spec":{"policyTypes":["Ingress"]}}"#),
                (
                    r#"{"spec":{"egress":[{}]}}"#,
                    r#"{"spec":{"egress":[{}],"policyTypes":["Ingress","Egress"]}}"#,
                ),
                (
                    r#"{"spec":{"egress":[{}],"policyTypes":["Ingress"]}}"#,
                    r#"{"spec":{"egress":[{}],"policyTypes":["Ingress"]}}"#,
                ),
            ],
        );
    }
}
