//! EndpointSlice: its first ports and addresses.

use crate::hooks::cells::{items, shortened};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// How many ports or addresses a cell names.
const NAMED_MAX: usize = 3;

/// discovery.k8s.io EndpointSlice.
#[derive(Debug)]
pub(crate) struct EndpointSlice;

impl Hooks for EndpointSlice {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let ports: Vec<String> = items(object, &["ports"]).iter().map(port).collect();
        let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
        let endpoints = items(object, &["endpoints"]).iter();
        let addresses: Vec<&str> = endpoints
            .flat_map(|endpoint| items(endpoint, &["addresses"]))
            .map(|address| address.as_str().unwrap_or_default())
            .collect();
        vec![shortened(&ports, NAMED_MAX).into(), shortened(&addresses, NAMED_MAX).into()]
    }
}

/// Its number, or its name when all numbers are meant, or a star.
fn port(port: &Value) -> String {
    match (port.get("port").and_then(Value::as_int), port.get("name").and_then(Value::as_str)) {
        (Some(number), _) => number.to_string(),
        (None, Some(name)) => name.to_owned(),
        (None, None) => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &EndpointSlice,
            &[
                (r#"{"endpoints":null,"ports":null}"#, r#"["<unset>","<unset>"]"#),
                (
                    r#"{"endpoints":[{"addresses":["10.0.0.1"]},{"addresses":["10.0.0.2","10.0.0.3"]},
                        {"addresses":["10.0.0.4"]}],"ports":[{"name":"a","port":80},{"name":"b"},{}]}"#,
                    r#"["80,b,*","10.0.0.1,10.0.0.2,10.0.0.3 + 1 more..."]"#,
                ),
                (r#"{"endpoints":[],"ports":[{"name":""}]}"#, r#"["<unset>","<unset>"]"#),
            ],
        );
    }
}
