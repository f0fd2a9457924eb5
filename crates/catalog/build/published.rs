//! The published types whose schemas lead to all others.

use k8s_openapi::api;
use k8s_openapi::schemars::{Schema, SchemaGenerator};
use std::collections::BTreeMap;

/// Visits types: `visit!(generator, module: Type Type)`.
macro_rules! visit {
    ($generator:ident, $module:path: $($ty:ident)*) => {{
        use $module as module;
        $($generator.subschema_for::<module::$ty>();)*
    }};
}

/// Every schema by its definition name.
pub(crate) fn schemas() -> BTreeMap<String, Schema> {
    let mut generator = SchemaGenerator::default();
    workloads(&mut generator);
    policies(&mut generator);
    cluster(&mut generator);
    previews(&mut generator);
    machinery(&mut generator);
    let schemas = generator.take_definitions(true);
    schemas.into_iter().filter_map(|(name, schema)| Some((name, schema.try_into().ok()?))).collect()
}

fn workloads(g: &mut SchemaGenerator) {
    visit!(g, api::apps::v1: ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet);
    visit!(g, api::autoscaling::v1: HorizontalPodAutoscaler Scale);
    visit!(g, api::autoscaling::v2: HorizontalPodAutoscaler);
    visit!(g, api::batch::v1: CronJob Job);
    visit!(g, api::core::v1: Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node);
    visit!(g, api::core::v1: PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController);
    visit!(g, api::core::v1: ResourceQuota Secret Service ServiceAccount);
    visit!(g, api::policy::v1: Eviction PodDisruptionBudget);
}

fn policies(g: &mut SchemaGenerator) {
    visit!(g, api::admissionregistration::v1: MutatingAdmissionPolicy MutatingAdmissionPolicyBinding);
    visit!(g, api::admissionregistration::v1: MutatingWebhookConfiguration ValidatingAdmissionPolicy);
    visit!(g, api::admissionregistration::v1: ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration);
    visit!(g, api::authentication::v1: SelfSubjectReview TokenRequest TokenReview);
    visit!(g, api::authorization::v1: LocalSubjectAccessReview SelfSubjectAccessReview);
    visit!(g, api::authorization::v1: SelfSubjectRulesReview SubjectAccessReview);
    visit!(g, api::flowcontrol::v1: FlowSchema PriorityLevelConfiguration);
    visit!(g, api::rbac::v1: ClusterRole ClusterRoleBinding Role RoleBinding);
}

fn cluster(g: &mut SchemaGenerator) {
    visit!(g, api::certificates::v1: CertificateSigningRequest);
    visit!(g, api::coordination::v1: Lease);
    visit!(g, api::discovery::v1: EndpointSlice);
    visit!(g, api::events::v1: Event);
    visit!(g, api::networking::v1: IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR);
    visit!(g, api::node::v1: RuntimeClass);
    visit!(g, api::resource::v1: DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice);
    visit!(g, api::scheduling::v1: PriorityClass);
    visit!(g, api::storage::v1: CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment);
    visit!(g, api::storage::v1: VolumeAttributesClass);
}

/// Versions that are off by default.
fn previews(g: &mut SchemaGenerator) {
    visit!(g, api::admissionregistration::v1alpha1: MutatingAdmissionPolicy MutatingAdmissionPolicyBinding);
    visit!(g, api::admissionregistration::v1beta1: MutatingAdmissionPolicy MutatingAdmissionPolicyBinding);
    visit!(g, api::apiserverinternal::v1alpha1: StorageVersion);
    visit!(g, api::certificates::v1alpha1: ClusterTrustBundle);
    visit!(g, api::certificates::v1beta1: ClusterTrustBundle PodCertificateRequest);
    visit!(g, api::coordination::v1alpha2: LeaseCandidate);
    visit!(g, api::coordination::v1beta1: LeaseCandidate);
    visit!(g, api::networking::v1beta1: IPAddress ServiceCIDR);
    visit!(g, api::resource::v1alpha3: DeviceTaintRule ResourcePoolStatusRequest);
    visit!(g, api::resource::v1beta1: DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice);
    visit!(g, api::resource::v1beta2: DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate);
    visit!(g, api::resource::v1beta2: ResourceSlice);
    visit!(g, api::scheduling::v1alpha2: PodGroup Workload);
    visit!(g, api::storage::v1beta1: VolumeAttributesClass);
    visit!(g, api::storagemigration::v1beta1: StorageVersionMigration);
}

fn machinery(g: &mut SchemaGenerator) {
    use k8s_openapi::apimachinery::pkg;
    type WatchEvent = pkg::apis::meta::v1::WatchEvent<api::core::v1::Pod>;
    visit!(g, pkg::apis::meta::v1: APIGroupList APIResourceList APIVersions DeleteOptions Patch Status);
    visit!(g, pkg::version: Info);
    visit!(g, k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1: CustomResourceDefinition);
    visit!(g, k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1: APIService);
    g.subschema_for::<WatchEvent>();
}
