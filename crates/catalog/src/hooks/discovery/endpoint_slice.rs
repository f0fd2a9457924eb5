//! EndpointSlice: its first ports and addresses, and a field that v1 does not write.

use crate::hooks::cells::{items, shortened};
use crate::hooks::shape;
use pintle_meta::names::dns1123_subdomain;
use pintle_meta::{Map, Value};
use pintle_schema::Hooks;

/// The member of an endpoint's `deprecatedTopology` that named its node.
const HOST: &str = "kubernetes.io/hostname";

/// How many ports or addresses a cell names.
const NAMED_MAX: usize = 3;

/// discovery.k8s.io EndpointSlice.
#[derive(Debug)]
pub(super) struct EndpointSlice;

impl Hooks for EndpointSlice {
    fn prepare_create(&self, object: &mut Value) {
        drop_topology(object, &[]);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        if object.get("endpoints") != old.get("endpoints") {
            drop_topology(object, items(old, &["endpoints"]));
        }
    }

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

/// v1 drops `deprecatedTopology`. A node that an old endpoint named there moves to `nodeName`, so that partial
/// updates keep it.
fn drop_topology(object: &mut Value, old: &[Value]) {
    if !items(object, &["endpoints"]).iter().any(|endpoint| endpoint.get("deprecatedTopology").is_some()) {
        return;
    }
    let ty = shape::definition("io.k8s.api.discovery.v1.Endpoint");
    let Some(Value::List(endpoints)) = object.place(&["endpoints"]) else { return };
    for endpoint in endpoints.make_mut() {
        let Some(topology) = endpoint.take_at(&["deprecatedTopology"]) else { continue };
        let node = topology.as_map().and_then(host).filter(|node| {
            let named = |old: &Value| {
                old.get("deprecatedTopology").and_then(Value::as_map).and_then(host) == Some(node)
            };
            old.iter().any(named) && dns1123_subdomain(node).is_empty()
        });
        if let (Some(node), true) = (node, endpoint.get("nodeName").is_none_or(Value::is_null)) {
            shape::set(ty, endpoint, "nodeName", node);
        }
    }
}

fn host(topology: &Map) -> Option<&str> {
    topology.get(HOST).and_then(Value::as_str)
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
    use pintle_meta::value::parse;

    #[test]
    fn topology_is_dropped_but_known_nodes_stay() {
        let slice = |endpoints: &str| parse(format!(r#"{{"endpoints":{endpoints}}}"#).as_bytes()).unwrap();
        let topology = r#"[{"deprecatedTopology":{"kubernetes.io/hostname":"n"}}]"#;
        let mut created = slice(topology);
        EndpointSlice.prepare_create(&mut created);
        assert_eq!(created, slice("[{}]"));

        let both = r#"[{"deprecatedTopology":{"kubernetes.io/hostname":"n"}},
            {"deprecatedTopology":{"kubernetes.io/hostname":"m"}},
            {"nodeName":"k","deprecatedTopology":{"kubernetes.io/hostname":"n"}}]"#;
        let mut updated = slice(both);
        EndpointSlice.prepare_update(&mut updated, &slice(topology));
        assert_eq!(updated, slice(r#"[{"nodeName":"n"},{},{"nodeName":"k"}]"#));

        let mut unchanged = slice(topology);
        EndpointSlice.prepare_update(&mut unchanged, &slice(topology));
        assert_eq!(unchanged, slice(topology));
    }

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
