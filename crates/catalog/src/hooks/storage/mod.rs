//! storage.k8s.io.

mod csi_driver;
mod storage_class;
mod volume_attachment;

pub(super) use csi_driver::CsiDriver;
pub(super) use storage_class::StorageClass;
pub(super) use volume_attachment::VolumeAttachment;
