//! resource.k8s.io: devices and claims on them.

mod claim;
mod convert;
mod device_taint_rule;
mod requests;
mod resource_pool_status_request;
mod resource_slice;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "DeviceTaintRule" => Some(&device_taint_rule::DeviceTaintRule),
        "ResourceClaim" => Some(&claim::ResourceClaim),
        "ResourceClaimTemplate" => Some(&claim::ResourceClaimTemplate),
        "ResourcePoolStatusRequest" => Some(&resource_pool_status_request::ResourcePoolStatusRequest),
        "ResourceSlice" => Some(&resource_slice::ResourceSlice),
        _ => None,
    }
}
