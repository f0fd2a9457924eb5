//! PodCertificateRequest: how far it has come.

use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// certificates.k8s.io PodCertificateRequest.
#[derive(Debug)]
pub(super) struct PodCertificateRequest;

impl Hooks for PodCertificateRequest {
    /// The last condition that says how it ended; validation allows but one.
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let ends = |condition: &'_ Value| matches!(kind(condition), "Issued" | "Denied" | "Failed");
        let ended = items(object, &["status", "conditions"]).iter().rfind(|condition| ends(condition));
        vec![ended.map_or("Pending", kind).into()]
    }
}

fn kind(condition: &Value) -> &str {
    condition.text_at(&["type"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &PodCertificateRequest,
            &[
                (r#"{"status":{}}"#, r#"["Pending"]"#),
                (r#"{"status":{"conditions":[{"type":"Denied"},{"type":"Other"}]}}"#, r#"["Denied"]"#),
            ],
        );
    }
}
