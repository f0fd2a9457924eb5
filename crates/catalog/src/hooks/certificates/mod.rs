//! certificates.k8s.io.

mod certificate_signing_request;
mod cluster_trust_bundle;
mod pod_certificate_request;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "CertificateSigningRequest" => Some(&certificate_signing_request::CertificateSigningRequest),
        "ClusterTrustBundle" => Some(&cluster_trust_bundle::ClusterTrustBundle),
        "PodCertificateRequest" => Some(&pod_certificate_request::PodCertificateRequest),
        _ => None,
    }
}
