//! resource.k8s.io: devices and claims on them.

mod claim;
mod convert;
mod device_taint_rule;
mod requests;
mod resource_pool_status_request;
mod resource_slice;

pub(super) use claim::{ResourceClaim, ResourceClaimTemplate};
pub(super) use device_taint_rule::DeviceTaintRule;
pub(super) use resource_pool_status_request::ResourcePoolStatusRequest;
pub(super) use resource_slice::ResourceSlice;
