//! Endpoints: the first addresses with their ports.

use crate::hooks::cells::{count_at, items, shortened};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// How many addresses a cell names.
const NAMED_MAX: usize = 3;

/// core Endpoints.
#[derive(Debug)]
pub(super) struct Endpoints;

impl Hooks for Endpoints {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let subsets = items(object, &["subsets"]);
        let addresses: Vec<String> = subsets.iter().flat_map(addresses).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let cell = match (subsets.is_empty(), addresses.is_empty()) {
            (true, _) => "<none>".to_owned(),
            (false, true) => String::new(),
            (false, false) => shortened(&addresses, NAMED_MAX),
        };
        vec![cell.into()]
    }
}

/// Every address with every port, or alone where there are no ports.
fn addresses(subset: &Value) -> Vec<String> {
    let ips = || items(subset, &["addresses"]).iter().map(|address| address.text_at(&["ip"]));
    let ports = items(subset, &["ports"]);
    if ports.is_empty() {
        return ips().map(str::to_owned).collect();
    }
    let with_port = |port: &Value| {
        let port = count_at(port, &["port"]);
        ips().map(move |ip| if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") })
    };
    ports.iter().flat_map(with_port).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Endpoints,
            &[
                (r#"{}"#, r#"["<none>"]"#),
                (r#"{"subsets":[{"ports":[{"port":1}]}]}"#, r#"[""]"#),
                (r#"{"subsets":[{"addresses":[{"ip":"1.1.1.1"}]}]}"#, r#"["1.1.1.1"]"#),
                (
                    r#"{"subsets":[{"addresses":[{"ip":"1.1.1.1"},{"ip":"fd00::1"}],"ports":[{"port":1},{"port":2}]}]}"#,
                    r#"["1.1.1.1:1,[fd00::1]:1,1.1.1.1:2 + 1 more..."]"#,
                ),
            ],
        );
    }
}
