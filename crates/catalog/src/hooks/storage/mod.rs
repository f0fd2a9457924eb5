//! storage.k8s.io.

mod csi_driver;
mod storage_class;
mod volume_attachment;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "CSIDriver" => Some(&csi_driver::CsiDriver),
        "StorageClass" => Some(&storage_class::StorageClass),
        "VolumeAttachment" => Some(&volume_attachment::VolumeAttachment),
        _ => None,
    }
}
