//! ResourceQuota: what is used of what there is, limits apart.

use crate::hooks::cells::text_or;
use pintle_meta::{Map, Value};
use pintle_schema::Hooks;

/// core ResourceQuota.
#[derive(Debug)]
pub(super) struct ResourceQuota;

impl Hooks for ResourceQuota {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let status = &object["status"];
        let mut names: Vec<&str> =
            status["hard"].as_map().into_iter().flat_map(Map::keys).map(|name| name.as_str()).collect();
        names.sort_unstable();
        let (limits, requests): (Vec<&str>, Vec<&str>) =
            names.into_iter().partition(|name| name.starts_with("limits."));
        [requests, limits].map(|names| Value::from(used(&names, status))).into()
    }
}

/// `name: used/hard, ...`
fn used(names: &[&str], status: &Value) -> String {
    let quantity = |list: &str, name: &str| text_or(status, &[list, name], "0").to_owned();
    let parts: Vec<String> = names
        .iter()
        .map(|name| format!("{name}: {}/{}", quantity("used", name), quantity("hard", name)))
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ResourceQuota,
            &[
                (r#"{}"#, r#"["",""]"#),
                (
                    r#"{"status":{"hard":{"pods":"10","limits.cpu":"2","cpu":"1"},"used":{"pods":"3"}}}"#,
                    r#"["cpu: 0/1, pods: 3/10","limits.cpu: 0/2"]"#,
                ),
            ],
        );
    }
}
