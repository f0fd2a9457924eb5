//! discovery.k8s.io.

mod endpoint_slice;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "EndpointSlice" => Some(&endpoint_slice::EndpointSlice),
        _ => None,
    }
}
