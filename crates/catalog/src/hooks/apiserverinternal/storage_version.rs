//! StorageVersion: which servers write which version.

use crate::hooks::cells::{items, shortened, text_or};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// How many servers a cell names.
const SERVERS_MAX: usize = 3;

/// internal.apiserver.k8s.io StorageVersion.
#[derive(Debug)]
pub(super) struct StorageVersion;

impl Hooks for StorageVersion {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let server = |server: &Value| {
            format!("{}={}", server.text_at(&["apiServerID"]), server.text_at(&["encodingVersion"]))
        };
        let servers: Vec<String> = items(object, &["status", "storageVersions"]).iter().map(server).collect();
        let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
        vec![
            text_or(object, &["status", "commonEncodingVersion"], "<unset>").into(),
            shortened(&servers, SERVERS_MAX).into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &StorageVersion,
            &[
                (r#"{"status":{}}"#, r#"["<unset>","<unset>"]"#),
                (
                    r#"{"status":{"commonEncodingVersion":"v1",
                        "storageVersions":[{"apiServerID":"a","encodingVersion":"v1"}]}}"#,
                    r#"["v1","a=v1"]"#,
                ),
            ],
        );
    }
}
