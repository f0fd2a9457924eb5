//! Service: policies that follow its type, and where it is reached as cells.

mod dependent;

use crate::hooks::cells::{count_at, is_set, items, joined};
use crate::hooks::shape::{definition, items_mut, set, set_at};
use pintle_meta::Value;
use pintle_schema::{Hooks, Struct};
use std::collections::BTreeSet;

const AFFINITY: [&str; 2] = ["spec", "sessionAffinityConfig"];
const AFFINITY_TIMEOUT: [&str; 4] = ["spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"];
const EXTERNAL_POLICY: [&str; 2] = ["spec", "externalTrafficPolicy"];
const INTERNAL_POLICY: [&str; 2] = ["spec", "internalTrafficPolicy"];
const ALLOCATES_PORTS: [&str; 2] = ["spec", "allocateLoadBalancerNodePorts"];
const INGRESS: [&str; 3] = ["status", "loadBalancer", "ingress"];

/// How long a client stays with its endpoint: three hours.
const AFFINITY_SECONDS: i64 = 10_800;

/// core Service.
#[derive(Debug)]
pub(super) struct Service;

impl Hooks for Service {
    fn default(&self, _version: &str, object: &mut Value) {
        default_affinity(object);
        default_target_ports(object);
        default_policies(object);
        default_ip_modes(object);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        dependent::drop_unneeded(object, old);
    }

    /// Its status is written as it is sent.
    fn prepare_subresource(&self, _subresource: &str, _object: &mut Value, _old: &Value) {}

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let internal =
            items(object, &["spec", "clusterIPs"]).first().and_then(Value::as_str).unwrap_or("<none>");
        vec![internal.into(), external(object).into(), ports(object).into()]
    }
}

fn default_affinity(object: &mut Value) {
    match object.text_at(&["spec", "sessionAffinity"]) {
        "None" => drop(object.take_at(&AFFINITY)),
        "ClientIP" if !is_set(object, &AFFINITY_TIMEOUT) => {
            set_at(ty(), object, &AFFINITY_TIMEOUT, AFFINITY_SECONDS);
        }
        _ => {}
    }
}

/// Pods listen where the service does, unless it says otherwise.
fn default_target_ports(object: &mut Value) {
    let lacks = |port: &Value| port.get("targetPort").is_none_or(Value::is_empty);
    if !items(object, &["spec", "ports"]).iter().any(lacks) {
        return;
    }
    let ty = definition("io.k8s.api.core.v1.ServicePort");
    for port in items_mut(object, &["spec", "ports"]).iter_mut().filter(|port| lacks(port)) {
        let number = count_at(port, &["port"]);
        set(ty, port, "targetPort", number);
    }
}

fn default_policies(object: &mut Value) {
    let kind = Kind::of(object);
    if is_external(object) && object.text_at(&EXTERNAL_POLICY).is_empty() {
        set_at(ty(), object, &EXTERNAL_POLICY, "Cluster");
    }
    if kind != Kind::Other && !is_set(object, &INTERNAL_POLICY) {
        set_at(ty(), object, &INTERNAL_POLICY, "Cluster");
    }
    if kind == Kind::LoadBalancer && !is_set(object, &ALLOCATES_PORTS) {
        set_at(ty(), object, &ALLOCATES_PORTS, true);
    }
}

/// Whether it can be reached from outside the cluster.
fn is_external(service: &Value) -> bool {
    match Kind::of(service) {
        Kind::LoadBalancer | Kind::NodePort => true,
        Kind::ClusterIp => !items(service, &["spec", "externalIPs"]).is_empty(),
        Kind::Other => false,
    }
}

/// Addresses of load balancers are virtual unless they say otherwise.
fn default_ip_modes(object: &mut Value) {
    let lacks = |ingress: &Value| !ingress.text_at(&["ip"]).is_empty() && !is_set(ingress, &["ipMode"]);
    if Kind::of(object) != Kind::LoadBalancer || !items(object, &INGRESS).iter().any(lacks) {
        return;
    }
    let ty = definition("io.k8s.api.core.v1.LoadBalancerIngress");
    items_mut(object, &INGRESS).iter_mut().filter(|ingress| lacks(ingress)).for_each(|ingress| {
        set(ty, ingress, "ipMode", "VIP");
    });
}

/// How a service is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    ClusterIp,
    NodePort,
    LoadBalancer,
    /// By a name elsewhere, or in a way that validation will refuse.
    Other,
}

impl Kind {
    fn of(service: &Value) -> Kind {
        match service.text_at(&["spec", "type"]) {
            "ClusterIP" => Kind::ClusterIp,
            "NodePort" => Kind::NodePort,
            "LoadBalancer" => Kind::LoadBalancer,
            _ => Kind::Other,
        }
    }
}

/// Where it is reached from outside.
fn external(service: &Value) -> String {
    let ips = joined(items(service, &["spec", "externalIPs"]), ",");
    match (Kind::of(service), ips.is_empty()) {
        (Kind::ClusterIp | Kind::NodePort, true) => "<none>".to_owned(),
        (Kind::ClusterIp | Kind::NodePort, false) => ips,
        (Kind::LoadBalancer, none) => match (load_balancers(service), none) {
            (balancers, true) if balancers.is_empty() => "<pending>".to_owned(),
            (balancers, true) => balancers,
            (balancers, false) if balancers.is_empty() => ips,
            (balancers, false) => format!("{balancers},{ips}"),
        },
        (Kind::Other, _) => match service.text_at(&["spec", "type"]) {
            "ExternalName" => service.text_at(&["spec", "externalName"]).to_owned(),
            _ => "<unknown>".to_owned(),
        },
    }
}

/// Addresses or names of its load balancers, sorted.
fn load_balancers(service: &Value) -> String {
    let reached = |ingress: &'_ Value| match ingress.text_at(&["ip"]) {
        "" => ingress.text_at(&["hostname"]).to_owned(),
        ip => ip.to_owned(),
    };
    let all: BTreeSet<String> =
        items(service, &INGRESS).iter().map(reached).filter(|text| !text.is_empty()).collect();
    all.into_iter().collect::<Vec<_>>().join(",")
}

/// `port[:nodePort]/protocol,...`
fn ports(service: &Value) -> String {
    let port = |port: &Value| {
        let (number, protocol) = (count_at(port, &["port"]), port.text_at(&["protocol"]));
        match count_at(port, &["nodePort"]) {
            node if node > 0 => format!("{number}:{node}/{protocol}"),
            _ => format!("{number}/{protocol}"),
        }
    };
    match items(service, &["spec", "ports"]) {
        [] => "<none>".to_owned(),
        ports => ports.iter().map(port).collect::<Vec<_>>().join(","),
    }
}

fn ty() -> &'static Struct {
    definition("io.k8s.api.core.v1.Service")
}

#[cfg(test)]
mod tests;
