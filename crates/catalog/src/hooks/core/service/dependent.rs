//! Members of a service that only some types have: a change of type drops those that the client did not also
//! try to change.

use super::{Kind, is_external, ty};
use crate::hooks::cells::{count_at, items};
use crate::hooks::shape::{items_mut, set_at};
use pintle_meta::Value;

/// What a service with an address in the cluster has: members that change together.
const ADDRESSES: [&[&str]; 3] = [&["clusterIP", "clusterIPs"], &["ipFamilies"], &["ipFamilyPolicy"]];

/// Drops them from the successor of `old`.
pub(super) fn drop_unneeded(service: &mut Value, old: &Value) {
    let left = |has: fn(&Value) -> bool, service: &Value| has(old) && !has(service);
    if left(has_cluster_ip, service) {
        ADDRESSES.iter().for_each(|members| drop_same(service, old, members));
    }
    if left(has_node_ports, service) && !adds_node_port(service, old) {
        items_mut(service, &["spec", "ports"]).iter_mut().for_each(|port| drop(port.take_at(&["nodePort"])));
    }
    if left(has_health_check, service) {
        drop_same(service, old, &["healthCheckNodePort"]);
    }
    if left(is_balanced, service) {
        drop_same(service, old, &["allocateLoadBalancerNodePorts"]);
        drop_same(service, old, &["loadBalancerClass"]);
    }
    if left(is_external, service) {
        drop_same(service, old, &["externalTrafficPolicy"]);
    }
    if !is_balanced(service) && !service["status"]["loadBalancer"].is_empty() {
        set_at(ty(), service, &["status", "loadBalancer"], Value::map());
    }
}

/// Drops members of the spec that are all as they were.
fn drop_same(service: &mut Value, old: &Value, members: &[&str]) {
    if members.iter().all(|member| service["spec"][*member] == old["spec"][*member]) {
        members.iter().for_each(|member| drop(service.take_at(&["spec", member])));
    }
}

fn has_cluster_ip(service: &Value) -> bool {
    service.text_at(&["spec", "type"]) != "ExternalName"
}

fn has_node_ports(service: &Value) -> bool {
    matches!(Kind::of(service), Kind::NodePort | Kind::LoadBalancer)
}

fn has_health_check(service: &Value) -> bool {
    is_balanced(service) && service.text_at(&["spec", "externalTrafficPolicy"]) == "Local"
}

fn is_balanced(service: &Value) -> bool {
    Kind::of(service) == Kind::LoadBalancer
}

fn adds_node_port(service: &Value, old: &Value) -> bool {
    let ports = |service: &Value| -> Vec<i64> {
        let ports = items(service, &["spec", "ports"]).iter().map(|port| count_at(port, &["nodePort"]));
        ports.filter(|port| *port != 0).collect()
    };
    let before = ports(old);
    ports(service).iter().any(|port| !before.contains(port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn a_change_of_type_drops_what_stayed_the_same() {
        let old = r#"{"type":"LoadBalancer","clusterIP":"a","clusterIPs":["a"],"ipFamilies":["IPv4"],"ports":[{"port":1,"nodePort":3}],
            "externalTrafficPolicy":"Local","healthCheckNodePort":4,"allocateLoadBalancerNodePorts":true}"#;
        for (spec, wanted) in [
            (
                r#"{"type":"ClusterIP","clusterIP":"a","clusterIPs":["a"],"ipFamilies":["IPv4"],"ports":[{"port":1,"nodePort":3}],
                    "externalTrafficPolicy":"Local","healthCheckNodePort":4,"allocateLoadBalancerNodePorts":true}"#,
                r#"{"type":"ClusterIP","clusterIP":"a","clusterIPs":["a"],"ipFamilies":["IPv4"],"ports":[{"port":1}]}"#,
            ),
            (
                r#"{"type":"ExternalName","clusterIP":"b","clusterIPs":["a"],"ipFamilies":["IPv4"],"ports":[{"port":1,"nodePort":9}],
                    "externalTrafficPolicy":"Cluster"}"#,
                r#"{"type":"ExternalName","clusterIP":"b","clusterIPs":["a"],"ports":[{"port":1,"nodePort":9}],
                    "externalTrafficPolicy":"Cluster"}"#,
            ),
        ] {
            let object = |spec: &str| {
                let status = parse(br#"{"loadBalancer":{"ingress":[{"ip":"1.1.1.1"}]}}"#).unwrap();
                Value::from([("spec", parse(spec.as_bytes()).unwrap()), ("status", status)])
            };
            let mut service = object(spec);
            drop_unneeded(&mut service, &object(old));
            assert_eq!(service["spec"], parse(wanted.as_bytes()).unwrap());
            assert_eq!(service["status"], parse(br#"{"loadBalancer":{}}"#).unwrap());
        }
    }
}
