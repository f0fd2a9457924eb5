//! apiregistration.k8s.io.

mod api_service;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "APIService" => Some(&api_service::ApiService),
        _ => None,
    }
}
