//! One value that a key had, or the fact that it was deleted. Immutable and shared: the index holds it to answer
//! reads, history holds it to answer watches.

use bytes::Bytes;

use crate::{KeyValue, LeaseId, Revision, Select};

#[derive(Debug)]
pub(super) struct Version {
    pub(super) key: Bytes,
    /// The revision of the write that made it.
    pub(super) modified: Revision,
    /// `None`: the key was deleted.
    pub(super) live: Option<Live>,
}

#[derive(Debug)]
pub(super) struct Live {
    pub(super) value: Bytes,
    pub(super) created: Revision,
    pub(super) version: u64,
    pub(super) lease: Option<LeaseId>,
}

/// About what a version occupies besides its key and value.
const OVERHEAD: usize = 160;

impl Version {
    /// About how many bytes the version keeps alive.
    pub(super) fn size(&self) -> usize {
        let value = self.live.as_ref().map_or(0, |live| live.value.len());
        OVERHEAD + self.key.len() + value
    }

    /// The version as storage hands it out, if it is not a deletion.
    pub(super) fn key_value(&self, select: Select) -> Option<KeyValue> {
        let live = self.live.as_ref()?;
        let value = match select {
            Select::Values => live.value.clone(),
            Select::Keys | Select::Count => Bytes::new(),
        };
        Some(KeyValue {
            key: self.key.clone(),
            payload: value.into(),
            stale: false,
            create_revision: live.created,
            mod_revision: self.modified,
            version: live.version,
            lease: live.lease,
        })
    }
}
