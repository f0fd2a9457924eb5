//! Where a node keeps its working state: an ordered map of small values, written in atomic batches. It is never the
//! only copy of anything, for what lies here can always be made again from a snapshot and the log; so it need not be
//! durable, but what is damaged or lost must not pass for whole. That is checked above, with every start.
//!
//! ```text
//! Volume   a place for disks: the newest is in use, a damaged one is set aside
//!   Disk   key -> value; batches are atomic, and durable at some time after a flush, or never
//! ```

mod memory;
mod sled;

pub use memory::{MemoryDisk, MemoryVolume};
pub use sled::SledVolume;

use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The longest value that a disk is given, in bytes.
pub const VALUE_MAX: usize = 32 << 10;

/// Told of each key and its value; stops the scan with `Break`.
pub type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>;

/// The disk does not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the disk {doing}: {reason}")]
pub struct DiskError {
    /// What it refused.
    pub doing: &'static str,
    /// What it said.
    pub reason: String,
}

/// Puts and removals that happen as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What to put (`Some`) and to remove (`None`), in order.
    pub changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Puts a value of up to [`VALUE_MAX`] bytes, at least one.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        debug_assert!(!value.is_empty(), "an empty value would pass for none");
        debug_assert!(value.len() <= VALUE_MAX, "{} bytes are too many for one value", value.len());
        self.changes.push((key, Some(value)));
    }

    /// Removes a key, whether it is there or not.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.changes.push((key, None));
    }
}

/// An ordered map of bytes on disk.
pub trait Disk: Debug + Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// [`DiskError`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, DiskError>;

    /// Visits the keys from `from` up to and without `to`, in order.
    ///
    /// # Errors
    /// [`DiskError`].
    fn scan(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<(), DiskError>;

    /// Does all of a batch or, if the machine stops meanwhile, nothing.
    ///
    /// # Errors
    /// [`DiskError`]; nothing more is to be written then.
    fn write(&self, batch: Batch) -> Result<(), DiskError>;

    /// Hands what was written to the system.
    ///
    /// # Errors
    /// [`DiskError`].
    fn flush(&self) -> Result<(), DiskError>;

    /// Bytes it takes.
    ///
    /// # Errors
    /// [`DiskError`].
    fn size(&self) -> Result<u64, DiskError>;
}

/// A place for disks. The newest counts.
pub trait Volume: Debug + Send + Sync {
    /// The newest disk, if there is any.
    ///
    /// # Errors
    /// [`DiskError`] when it can't be opened.
    fn open(&self) -> Result<Option<Arc<dyn Disk>>, DiskError>;

    /// An empty disk, from now on the newest. The others stay until [`Volume::retire`].
    ///
    /// # Errors
    /// [`DiskError`].
    fn create(&self) -> Result<Arc<dyn Disk>, DiskError>;

    /// Removes all disks but the newest and the one that was set aside last.
    ///
    /// # Errors
    /// [`DiskError`].
    fn retire(&self) -> Result<(), DiskError>;

    /// Sets the newest disk aside, in place of one that was set aside before, for somebody to look at. Answers what it
    /// is called now.
    ///
    /// # Errors
    /// [`DiskError`].
    fn set_aside(&self) -> Result<String, DiskError>;
}
