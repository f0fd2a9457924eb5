//! CertificateSigningRequest: how far it has come.

use crate::hooks::cells::{condition, non_empty_or};
use pintle_meta::Value;
use pintle_meta::time::{Duration, human_duration};
use pintle_schema::Hooks;

/// certificates.k8s.io CertificateSigningRequest.
#[derive(Debug)]
pub(super) struct CertificateSigningRequest;

impl Hooks for CertificateSigningRequest {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let asked = object.at(&["spec", "expirationSeconds"]).and_then(Value::as_int);
        let duration = asked.and_then(Duration::from_seconds).map(human_duration);
        vec![
            non_empty_or(object, &["spec", "signerName"], "<none>").into(),
            duration.unwrap_or_else(|| "<none>".to_owned()).into(),
            state(object).into(),
        ]
    }
}

/// A denial outweighs an approval.
fn state(object: &Value) -> String {
    let has = |kind: &str| condition(object, kind).is_some();
    let mut text = match (has("Denied"), has("Approved")) {
        (true, _) => "Denied",
        (false, true) => "Approved",
        (false, false) => "Pending",
    }
    .to_owned();
    if has("Failed") {
        text.push_str(",Failed");
    }
    if !object.text_at(&["status", "certificate"]).is_empty() {
        text.push_str(",Issued");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &CertificateSigningRequest,
            &[
                (r#"{"spec":{"signerName":""},"status":{}}"#, r#"["<none>","<none>","Pending"]"#),
                (
                    r#"{"spec":{"signerName":"s","expirationSeconds":86400},"status":{"certificate":"YQ==",
                        "conditions":[{"type":"Approved"}]}}"#,
                    r#"["s","24h","Approved,Issued"]"#,
                ),
                (
                    r#"{"spec":{"signerName":"s"},"status":{
                        "conditions":[{"type":"Failed"},{"type":"Approved"},{"type":"Denied"}]}}"#,
                    r#"["s","<none>","Denied,Failed"]"#,
                ),
            ],
        );
    }
}
