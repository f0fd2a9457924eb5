//! Ingress: its class, hosts, addresses and ports at a glance.

use crate::hooks::cells::{items, text_or};
use pintle_meta::Value;
use pintle_schema::Hooks;
use std::collections::BTreeSet;

/// How many hosts a cell names.
const HOSTS_MAX: usize = 3;

/// networking.k8s.io Ingress.
#[derive(Debug)]
pub(super) struct Ingress;

impl Hooks for Ingress {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let ports = if items(object, &["spec", "tls"]).is_empty() { "80" } else { "80, 443" };
        vec![
            text_or(object, &["spec", "ingressClassName"], "<none>").into(),
            hosts(items(object, &["spec", "rules"])).into(),
            addresses(items(object, &["status", "loadBalancer", "ingress"])).into(),
            ports.into(),
        ]
    }
}

/// The first hosts; rules after those are counted whether they have a host or not.
fn hosts(rules: &[Value]) -> String {
    let (mut named, mut more) = (Vec::new(), false);
    for rule in rules {
        more |= named.len() == HOSTS_MAX;
        let host = rule.text_at(&["host"]);
        if !more && !host.is_empty() {
            named.push(host);
        }
    }
    match (named.is_empty(), more) {
        (true, _) => "*".to_owned(),
        (false, false) => named.join(","),
        (false, true) => format!("{} + {} more...", named.join(","), rules.len() - HOSTS_MAX),
    }
}

/// Each address once, in order of text.
fn addresses(points: &[Value]) -> String {
    let address = |point: &Value| match point.text_at(&["ip"]) {
        "" => point.text_at(&["hostname"]).to_owned(),
        ip => ip.to_owned(),
    };
    let all: BTreeSet<String> = points.iter().map(address).filter(|text| !text.is_empty()).collect();
    all.into_iter().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &Ingress,
            &[
                (r#"{"spec":{},"status":{"loadBalancer":{}}}"#, r#"["<none>","*","","80"]"#),
                (
                    r#"{"spec":{"ingressClassName":"c","tls":[{}],"rules":[{"host":"b"},{},{"host":"a"}]},
                        "status":{"loadBalancer":{"ingress":[{"ip":"2.2.2.2"},{"hostname":"a.example.com"},
                        {"ip":"1.1.1.1","hostname":"x"},{"ip":"2.2.2.2"}]}}}"#,
                    r#"["c","b,a","1.1.1.1,2.2.2.2,a.example.com","80, 443"]"#,
                ),
                (
                    r#"{"spec":{"rules":[{"host":"a"},{"host":"b"},{"host":"c"}]}}"#,
                    r#"["<none>","a,b,c","","80"]"#,
                ),
                (
                    r#"{"spec":{"rules":[{},{"host":"a"},{"host":"b"},{"host":"c"},{},{"host":"d"}]}}"#,
                    r#"["<none>","a,b,c + 3 more...","","80"]"#,
                ),
            ],
        );
    }
}
