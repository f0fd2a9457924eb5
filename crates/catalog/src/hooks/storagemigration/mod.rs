//! storagemigration.k8s.io.

mod storage_version_migration;

pub(super) use storage_version_migration::StorageVersionMigration;
