//! internal.apiserver.k8s.io.

mod storage_version;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "StorageVersion" => Some(&storage_version::StorageVersion),
        _ => None,
    }
}
