//! internal.apiserver.k8s.io.

mod storage_version;

pub(super) use storage_version::StorageVersion;
