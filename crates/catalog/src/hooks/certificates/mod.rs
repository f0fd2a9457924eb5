//! certificates.k8s.io.

mod certificate_signing_request;
mod cluster_trust_bundle;
mod pod_certificate_request;

pub(super) use certificate_signing_request::CertificateSigningRequest;
pub(super) use cluster_trust_bundle::ClusterTrustBundle;
pub(super) use pod_certificate_request::PodCertificateRequest;
