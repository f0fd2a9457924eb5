//! The kinds' hooks, looked up here and nowhere else.

mod admissionregistration;
mod apiextensions;
mod apiregistration;
mod apiserverinternal;
mod autoscaling;
mod cells;
mod certificates;
mod coordination;
mod discovery;
mod events;
mod flowcontrol;
mod networking;
mod policy;
mod rbac;
mod resource;
mod scheduling;
mod shape;
mod storage;
mod storagemigration;

use pintle_schema::{Hooks, NoHooks};

/// The hooks of a kind; those that do nothing for kinds that are served by data alone.
pub fn of(group: &str, kind: &str) -> &'static dyn Hooks {
    match (group, kind) {
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => &admissionregistration::Policy,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding") => {
            &admissionregistration::PolicyBinding
        }
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => &admissionregistration::Policy,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") => {
            &admissionregistration::PolicyBinding
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => &apiextensions::CustomResourceDefinition,
        ("apiregistration.k8s.io", "APIService") => &apiregistration::ApiService,
        ("autoscaling", "HorizontalPodAutoscaler") => &autoscaling::HorizontalPodAutoscaler,
        ("certificates.k8s.io", "CertificateSigningRequest") => &certificates::CertificateSigningRequest,
        ("certificates.k8s.io", "ClusterTrustBundle") => &certificates::ClusterTrustBundle,
        ("certificates.k8s.io", "PodCertificateRequest") => &certificates::PodCertificateRequest,
        ("coordination.k8s.io", "Lease") => &coordination::Lease,
        ("discovery.k8s.io", "EndpointSlice") => &discovery::EndpointSlice,
        ("events.k8s.io", "Event") => &events::Event,
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => &flowcontrol::FlowSchema,
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => {
            &flowcontrol::PriorityLevelConfiguration
        }
        ("internal.apiserver.k8s.io", "StorageVersion") => &apiserverinternal::StorageVersion,
        ("networking.k8s.io", "IPAddress") => &networking::IpAddress,
        ("networking.k8s.io", "Ingress") => &networking::Ingress,
        ("networking.k8s.io", "IngressClass") => &networking::IngressClass,
        ("networking.k8s.io", "NetworkPolicy") => &networking::NetworkPolicy,
        ("networking.k8s.io", "ServiceCIDR") => &networking::ServiceCidr,
        ("policy", "PodDisruptionBudget") => &policy::PodDisruptionBudget,
        ("rbac.authorization.k8s.io", "ClusterRoleBinding" | "RoleBinding") => &rbac::Binding,
        ("resource.k8s.io", "DeviceTaintRule") => &resource::DeviceTaintRule,
        ("resource.k8s.io", "ResourceClaim") => &resource::ResourceClaim,
        ("resource.k8s.io", "ResourceClaimTemplate") => &resource::ResourceClaimTemplate,
        ("resource.k8s.io", "ResourcePoolStatusRequest") => &resource::ResourcePoolStatusRequest,
        ("resource.k8s.io", "ResourceSlice") => &resource::ResourceSlice,
        ("scheduling.k8s.io", "PodGroup") => &scheduling::PodGroup,
        ("scheduling.k8s.io", "PriorityClass") => &scheduling::PriorityClass,
        ("storage.k8s.io", "CSIDriver") => &storage::CsiDriver,
        ("storage.k8s.io", "StorageClass") => &storage::StorageClass,
        ("storage.k8s.io", "VolumeAttachment") => &storage::VolumeAttachment,
        ("storagemigration.k8s.io", "StorageVersionMigration") => &storagemigration::StorageVersionMigration,
        _ => &NoHooks,
    }
}
