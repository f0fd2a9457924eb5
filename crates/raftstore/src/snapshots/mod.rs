//! Snapshot files (signatures; see machine).

use crate::files::File;
use crate::machine::Position;
use bytes::Bytes;
use std::io;
use std::sync::Arc;

/// A verified snapshot on disk. It can be read as long as this is held, even when it is no longer kept.
#[derive(Clone, Debug)]
pub struct SnapshotFile {
    /// Its name in the folder.
    pub name: String,
    /// Everything up to this entry of the log is in it.
    pub position: Position,
    /// Who votes, and by which entry: in the caller's own form.
    pub membership: Option<(Position, Bytes)>,
    /// The revision of the last write in it.
    pub revision: u64,
    /// Bytes.
    pub size: u64,
    pub(crate) file: Arc<dyn File>,
}

/// A snapshot that comes in from a peer, chunk by chunk.
#[derive(Debug)]
pub struct Receiving {}

/// Why a snapshot can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The system refused.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what was written.
    #[error("{file} is damaged at byte {offset}: {reason}")]
    Damaged {
        /// Which file.
        file: String,
        /// Where in it.
        offset: u64,
        /// What does not fit.
        reason: String,
    },
    /// Written by a newer version.
    #[error("{file} has format {format}, which this version does not know; run a version that does")]
    UnknownFormat {
        /// Which file.
        file: String,
        /// The format it names.
        format: u32,
    },
}

impl Receiving {
    /// Begins to receive into `folder` (of [`machine::Options::snapshots`](crate::machine::Options)); needs no machine.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn begin(_folder: Arc<dyn crate::files::Files>) -> Result<Receiving, SnapshotError> {
        todo!()
    }

    /// Bytes received so far: where the next chunk belongs.
    pub fn received(&self) -> u64 {
        todo!()
    }

    /// Takes the next bytes in.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn write_chunk(&mut self, _bytes: &[u8]) -> Result<(), SnapshotError> {
        todo!()
    }

    /// Syncs, reads back, verifies; the snapshot is in the folder afterwards, durably.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn finish(self) -> Result<SnapshotFile, SnapshotError> {
        todo!()
    }
}
