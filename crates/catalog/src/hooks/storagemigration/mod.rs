//! storagemigration.k8s.io.

mod storage_version_migration;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "StorageVersionMigration" => Some(&storage_version_migration::StorageVersionMigration),
        _ => None,
    }
}
