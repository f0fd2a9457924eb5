//! Defaults that pods have and pod templates have not.

use super::{first_ip, resources, set_member};
use crate::hooks::cells::{is_set, items};
use crate::hooks::pod_template::{default_spec, drop_outdated};
use crate::hooks::shape::{definition, items_mut, set};
use pintle_meta::Value;

/// Lists of containers that have ports and resources.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// Sets them.
pub(super) fn complete(pod: &mut Value) {
    drop_outdated(pod, &["metadata"]);
    default_spec(pod, &["spec"]);
    CONTAINERS.iter().for_each(|list| resources::request_limits(pod, list));
    resources::default_whole(pod);
    if !is_set(pod, &["spec", "enableServiceLinks"]) {
        set_member(pod, &["spec", "enableServiceLinks"], true);
    }
    if pod["spec"]["hostNetwork"] == Value::Bool(true) {
        CONTAINERS.iter().for_each(|list| open_host_ports(pod, list));
    }
    follow_ip(pod);
}

/// Containers in the host's network are reached at their own ports.
fn open_host_ports(pod: &mut Value, list: &str) {
    let closed =
        |port: &Value| port.get("hostPort").is_none_or(Value::is_empty) && !port["containerPort"].is_empty();
    let has_closed = |container: &Value| items(container, &["ports"]).iter().any(closed);
    if !items(pod, &["spec", list]).iter().any(has_closed) {
        return;
    }
    let ty = definition("io.k8s.api.core.v1.ContainerPort");
    for container in items_mut(pod, &["spec", list]) {
        for port in items_mut(container, &["ports"]).iter_mut().filter(|port| closed(port)) {
            let number = port["containerPort"].clone();
            set(ty, port, "hostPort", number);
        }
    }
}

/// The first address has a name of its own, which wins where they differ: old kubelets know no other.
fn follow_ip(pod: &mut Value) {
    const IP: [&str; 2] = ["status", "podIP"];
    let (ip, first) = (pod.text_at(&IP), first_ip(pod));
    if ip == first {
        return;
    }
    if ip.is_empty() {
        let first = first.to_owned();
        set_member(pod, &IP, first);
    } else {
        let ips: Value = [Value::from([("ip", Value::from(ip))])].into_iter().collect();
        set_member(pod, &["status", "podIPs"], ips);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pod;
    use crate::hooks::cells::tests::check_default;

    #[test]
    fn pods_get_more_than_templates() {
        check_default(
            &Pod,
            "v1",
            &[
                (r#"{"spec":{}}"#, r#"{"spec":{"enableServiceLinks":true}}"#),
                (
                    r#"{"spec":{"enableServiceLinks":false,"hostNetwork":true,"containers":[{"imagePullPolicy":"Always",
                        "ports":[{"containerPort":80},{"containerPort":81,"hostPort":82}]}]}}"#,
                    r#"{"spec":{"enableServiceLinks":false,"hostNetwork":true,"containers":[{"imagePullPolicy":"Always",
                        "ports":[{"hostPort":80,"containerPort":80},{"containerPort":81,"hostPort":82}]}]}}"#,
                ),
                (
                    r#"{"spec":{"enableServiceLinks":true},"status":{"podIP":"a","podIPs":[{"ip":"b"}]}}"#,
                    r#"{"spec":{"enableServiceLinks":true},"status":{"podIP":"a","podIPs":[{"ip":"a"}]}}"#,
                ),
                (
                    r#"{"spec":{"enableServiceLinks":true},"status":{"podIPs":[{"ip":"b"}]}}"#,
                    r#"{"spec":{"enableServiceLinks":true},"status":{"podIP":"b","podIPs":[{"ip":"b"}]}}"#,
                ),
            ],
        );
    }
}
