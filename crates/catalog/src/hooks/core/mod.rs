//! Hooks of the core group.

mod component_status;
mod config_map;
mod endpoints;
mod limit_range;
mod namespace;
mod node;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_template;
mod replication_controller;
mod resource_quota;
mod secret;
mod service;
mod volumes;

use pintle_schema::Hooks;

/// The hooks of a kind of this group that has any.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    Some(match kind {
        "ComponentStatus" => &component_status::ComponentStatus,
        "ConfigMap" => &config_map::ConfigMap,
        "Endpoints" => &endpoints::Endpoints,
        "Event" => &super::events::CoreEvent,
        "LimitRange" => &limit_range::LimitRange,
        "Namespace" => &namespace::Namespace,
        "Node" => &node::Node,
        "PersistentVolume" => &persistent_volume::PersistentVolume,
        "PersistentVolumeClaim" => &persistent_volume_claim::PersistentVolumeClaim,
        "Pod" => &pod::Pod,
        "PodTemplate" => &pod_template::PodTemplate,
        "ReplicationController" => &replication_controller::ReplicationController,
        "ResourceQuota" => &resource_quota::ResourceQuota,
        "Secret" => &secret::Secret,
        "Service" => &service::Service,
        _ => return None,
    })
}
