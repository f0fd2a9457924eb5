//! Taking in a snapshot from another member.

use super::folder::{self, UNFINISHED};
use super::{SnapshotError, SnapshotFile};
use crate::executor;
use crate::files::{File, Files};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells files apart that are received at the same time.
static RECEIVED: AtomicU64 = AtomicU64::new(0);

/// A snapshot that comes in, chunk by chunk. As long as it is held, it goes on where it was; dropped before it is
/// finished, it leaves nothing behind.
#[derive(Debug)]
pub struct Receiving {
    folder: Arc<dyn Files>,
    name: String,
    file: Arc<dyn File>,
    received: u64,
    finished: bool,
}

impl Receiving {
    /// Begins to receive into `folder`, that of [`Options::snapshots`](crate::machine::Options). It needs no machine:
    /// a node that can't start without a snapshot fetches one so.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub fn begin(folder: Arc<dyn Files>) -> Result<Receiving, SnapshotError> {
        let number = executor::chance().unwrap_or_else(|| RECEIVED.fetch_add(1, Ordering::Relaxed));
        let name = format!("received-{number:016x}{UNFINISHED}");
        let file = folder::create(&*folder, &name)?;
        Ok(Receiving { folder, name, file, received: 0, finished: false })
    }

    /// Bytes received so far: where the next chunk belongs.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next bytes in. They are looked at when it is finished.
    ///
    /// # Errors
    /// [`SnapshotError::Io`]; the same bytes may be given again then.
    pub fn write_chunk(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        self.file.write_at(bytes, self.received).map_err(|source| self.io(source))?;
        self.received += bytes.len() as u64;
        Ok(())
    }

    /// Syncs, reads everything back and verifies it. The snapshot is in the folder afterwards, durably, as if this
    /// node had made it.
    ///
    /// # Errors
    /// [`SnapshotError`]; nothing is left of it then.
    pub fn finish(mut self) -> Result<SnapshotFile, SnapshotError> {
        self.file.sync().map_err(|source| self.io(source))?;
        let snapshot = folder::finish(&*self.folder, &self.name)?;
        self.finished = true;
        Ok(snapshot)
    }

    fn io(&self, source: std::io::Error) -> SnapshotError {
        SnapshotError::Io { file: self.name.clone(), source }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = self.folder.remove(&self.name)
        {
            tracing::debug!(%error, file = self.name, "an unfinished snapshot stays until the next start");
        }
    }
}
