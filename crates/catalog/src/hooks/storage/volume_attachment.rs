//! VolumeAttachment: the volume that is attached.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// storage.k8s.io VolumeAttachment.
#[derive(Debug)]
pub(super) struct VolumeAttachment;

impl Hooks for VolumeAttachment {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![object.text_at(&["spec", "source", "persistentVolumeName"]).into()]
    }
}
