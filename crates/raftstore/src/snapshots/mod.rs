//! Snapshot files: everything that was true at one applied entry, immutable and checksummed. Together with the log
//! after it, one is all a node needs.
//!
//! ```text
//! write:    unfinished file > sync > read back, verify > rename > sync the folder > remove all but the last two
//! receive:  the same, with bytes of another member
//! ```
//!
//! A file in the folder under its name was whole once; it is verified again before it is used.

mod folder;
mod format;
mod read;
mod receive;
mod write;

pub(crate) use folder::{covered, look_at, names, set_aside, verify, write};
pub(crate) use format::{Head, MAGIC};
pub(crate) use read::{length, read};
pub use receive::Receiving;

use crate::disk::DiskError;
use crate::files::File;
use crate::machine::Position;
use crate::revisions::{Damaged, Record};
use bytes::Bytes;
use std::io;
use std::sync::Arc;

/// A snapshot on disk. It can be read as long as this is held, even when it is no longer kept.
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
    file: Arc<dyn File>,
}

/// Why a snapshot can't be made or used.
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
    /// There is nothing to make a snapshot of: no entry was applied.
    #[error("nothing was applied yet, there is nothing to make a snapshot of")]
    Empty,
    /// What should be in it can't be read.
    #[error("no snapshot can be made: {0}")]
    State(#[from] Damaged),
    /// What should be in it can't be written to the disk first.
    #[error("no snapshot can be made: {0}")]
    Disk(DiskError),
    /// An entry could not be applied.
    #[error("no snapshot can be made: the state may be half changed")]
    Stopped,
}

impl SnapshotFile {
    /// Up to `length` bytes from `offset` on; fewer only at the end.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn read(&self, offset: u64, length: usize) -> Result<Bytes, SnapshotError> {
        let left = self.size.saturating_sub(offset);
        if left == 0 {
            return Ok(Bytes::new());
        }
        let mut bytes = vec![0; usize::try_from(left).map_or(length, |left| left.min(length))];
        let read = self.file.read_at(&mut bytes, offset);
        read.map_err(|source| SnapshotError::Io { file: self.name.clone(), source })?;
        Ok(Bytes::from(bytes))
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`SnapshotError`] for one that can't be read, or is not what was written.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        self.tell(|_| Ok(()), &mut |_| Ok::<(), SnapshotError>(())).map(|_| ())
    }

    /// Whether both are one file, whatever it is called by now.
    pub(crate) fn is_same(&self, other: &SnapshotFile) -> bool {
        Arc::ptr_eq(&self.file, &other.file)
    }

    /// Hands over all that is in it, verified on the way: what is told before an error is worth nothing.
    pub(crate) fn tell<E: From<SnapshotError>>(
        &self,
        begin: impl FnOnce(&Head) -> Result<(), E>,
        tell: &mut dyn FnMut(Record) -> Result<(), E>,
    ) -> Result<Head, E> {
        read::read(&self.name, &*self.file, begin, tell)
    }
}
