//! coordination.k8s.io.

mod lease;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "Lease" => Some(&lease::Lease),
        _ => None,
    }
}
