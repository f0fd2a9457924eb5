//! ResourceClaim and ResourceClaimTemplate: requests, and what has become of them.

use super::{convert, requests};
use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;

const REQUESTS: [&str; 3] = ["spec", "devices", "requests"];
const REQUESTS_OF_TEMPLATE: [&str; 4] = ["spec", "spec", "devices", "requests"];

/// resource.k8s.io ResourceClaim.
#[derive(Debug)]
pub(super) struct ResourceClaim;

impl Hooks for ResourceClaim {
    fn default(&self, version: &str, object: &mut Value) {
        requests::default(version, object, &REQUESTS);
    }

    fn convert(&self, from: &str, to: &str, object: &mut Value) {
        convert::requests(from, to, object, &REQUESTS);
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![state(object).into()]
    }
}

/// resource.k8s.io ResourceClaimTemplate.
#[derive(Debug)]
pub(super) struct ResourceClaimTemplate;

impl Hooks for ResourceClaimTemplate {
    fn default(&self, version: &str, object: &mut Value) {
        requests::default(version, object, &REQUESTS_OF_TEMPLATE);
    }

    fn convert(&self, from: &str, to: &str, object: &mut Value) {
        convert::requests(from, to, object, &REQUESTS_OF_TEMPLATE);
    }
}

fn state(object: &Value) -> String {
    let given = |path: &[&str]| object.at(path).is_some_and(|value| !value.is_null());
    let (deleted, allocated) = (given(&["metadata", "deletionTimestamp"]), given(&["status", "allocation"]));
    let reserved = allocated && !items(object, &["status", "reservedFor"]).is_empty();
    let words = [
        (deleted, "deleted"),
        (!deleted && !allocated, "pending"),
        (allocated, "allocated"),
        (reserved, "reserved"),
    ];
    words.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ResourceClaim,
            &[
                (r#"{"metadata":{},"spec":{},"status":{}}"#, r#"["pending"]"#),
                (r#"{"metadata":{"deletionTimestamp":"x"},"status":{}}"#, r#"["deleted"]"#),
                (r#"{"metadata":{},"status":{"allocation":{}}}"#, r#"["allocated"]"#),
                (
                    r#"{"metadata":{"deletionTimestamp":"x"},"status":{"allocation":{},"reservedFor":[{}]}}"#,
                    r#"["deleted,allocated,reserved"]"#,
                ),
            ],
        );
    }
}
