//! networking.k8s.io.

mod ingress;
mod ingress_class;
mod ip_address;
mod network_policy;
mod service_cidr;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "IPAddress" => Some(&ip_address::IpAddress),
        "Ingress" => Some(&ingress::Ingress),
        "IngressClass" => Some(&ingress_class::IngressClass),
        "NetworkPolicy" => Some(&network_policy::NetworkPolicy),
        "ServiceCIDR" => Some(&service_cidr::ServiceCidr),
        _ => None,
    }
}
