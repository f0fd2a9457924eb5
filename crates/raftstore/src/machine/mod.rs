//! The replicated state of one node: what was agreed on is applied here, kept, read, watched and made snapshots of. It
//! knows nothing of consensus: positions in the log and memberships are numbers and bytes to it.
//!
//! ```text
//! apply --> State (state_machine) --> Records (in memory at once, on disk a little later)
//!              |    '--> feed --> watchers
//!              '--> clearing: what was compacted goes, a few keys at a time
//! snapshot: everything at one applied entry, in a file        open: disk, else snapshot, else nothing, or refuse
//! ```
//!
//! What always holds: after a start everything up to some applied entry is there, none half; the log goes on from it.
//! What is on disk was checked, all of it. If an entry can't be applied nothing is answered any more.

mod apply;
mod build;
mod clearing;
mod counters;
mod open;
mod pins;
mod read;
mod shared;
mod snapshot;

pub use counters::Counters;

use crate::disk::{DiskError, Volume};
use crate::feed;
use crate::files::Files;
use crate::records::Limits;
use crate::revisions::Damaged;
use crate::snapshots::{SnapshotError, SnapshotFile};
use crate::state_machine::{Answer, Lease, Refusal};
use bytes::Bytes;
use clearing::Clearing;
use parking_lot::Mutex;
use shared::Shared;
use std::sync::Arc;
use std::time::Duration;

/// The place of an entry in the log. Ordered as Raft orders: by term, then by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The term of the leader that proposed it.
    pub term: u64,
    /// Its index.
    pub index: u64,
}

/// What an entry of the log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing: a leader's first entry.
    Blank,
    /// An encoded `pintle.command.Command`.
    Command(Bytes),
    /// Who votes from here on, in the caller's own form.
    Membership(Bytes),
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It was no command: a leader's first entry, or a change of membership.
    Nothing,
    /// A command, and the revision after it.
    Applied {
        /// What the client is told.
        answer: Result<Answer, Refusal>,
        /// Where the store stands.
        revision: u64,
    },
}

/// Where a machine keeps things, and its bounds.
#[derive(Clone, Debug)]
pub struct Options {
    /// The working state.
    pub volume: Arc<dyn Volume>,
    /// The folder of snapshots.
    pub snapshots: Arc<dyn Files>,
    /// The index of the last entry that was purged from the log: the machine must know everything up to it.
    pub needed: Option<u64>,
    /// Bounds.
    pub bounds: Bounds,
}

/// What a machine takes at the most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of the newest records that are kept in memory, for watchers; those not yet written are kept in any case.
    pub recent_bytes: usize,
    /// Bytes of records that may wait to be written; beyond, apply waits.
    pub unwritten_bytes: usize,
    /// Bytes of other records that are kept in memory.
    pub cached_bytes: usize,
    /// How long records may wait to be written, so that many are written together.
    pub write_after: Duration,
    /// How many bytes of records are worth writing at once.
    pub write_bytes: usize,
}

/// Why a machine can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither the disk nor a snapshot reaches to where the log goes on. A snapshot of a peer would.
    #[error(
        "nothing on this node holds the state up to entry {needed}, from which its log goes on{}; it needs a snapshot of \
         another member",
        OpenError::named(damaged)
    )]
    NeedsSnapshot {
        /// The entry up to which everything must be known.
        needed: u64,
        /// What can't be used, and why.
        damaged: Vec<String>,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The folder of snapshots can't be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// Why a snapshot can't be put in place of everything.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// It can't be read, or is damaged.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl OpenError {
    /// What is damaged, in a sentence that goes on.
    pub(crate) fn named(damaged: &[String]) -> String {
        if damaged.is_empty() { String::new() } else { format!(" ({})", damaged.join("; ")) }
    }
}

impl From<InstallError> for OpenError {
    fn from(error: InstallError) -> OpenError {
        match error {
            InstallError::Disk(error) => OpenError::Disk(error),
            InstallError::Snapshot(error) => OpenError::Snapshot(error),
        }
    }
}

/// Why a read is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The request can't be answered, in etcd's words.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// What it needs can't be read.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// An entry could not be applied.
    #[error("etcdserver: server stopped")]
    Stopped,
}

/// A hash of what was true at a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKv {
    /// The hash.
    pub hash: u32,
    /// Of this revision.
    pub revision: u64,
    /// Members agree only if this is the same, too.
    pub compacted: u64,
}

/// The replicated state of one node. Dropped, it writes what waits, and ends its watches.
#[derive(Debug)]
pub struct Machine {
    shared: Arc<Shared>,
    options: Options,
    /// One batch is applied, or one snapshot installed, at a time.
    applying: Mutex<()>,
    /// One snapshot is made at a time.
    snapshotting: Mutex<()>,
    newest: Mutex<Option<SnapshotFile>>,
    clearing: Clearing,
}

impl Machine {
    /// Opens what a node left behind, or begins anew. Reads everything that is on disk, to be sure of it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(options: Options) -> Result<Machine, OpenError> {
        let counters = Arc::new(Counters::default());
        let (inner, newest) = open::open(&options, &counters)?;
        let shared = Arc::new(Shared::new(inner, counters));
        let clearing = Clearing::start(Arc::clone(&shared));
        // What was compacted before may not be cleared yet.
        clearing.wake();
        Ok(Machine {
            shared,
            options,
            applying: Mutex::default(),
            snapshotting: Mutex::default(),
            newest: Mutex::new(newest),
            clearing,
        })
    }

    /// The last entry that was applied.
    pub fn applied(&self) -> Option<Position> {
        self.shared.inner.read().applied
    }

    /// Who votes, as last applied, and by which entry.
    pub fn membership(&self) -> Option<(Position, Bytes)> {
        self.shared.inner.read().membership.clone()
    }

    /// The revision of the last write; 1 when there was none.
    pub fn revision(&self) -> u64 {
        self.shared.inner.read().state.revision
    }

    /// Nothing below it can be read; 0 when nothing was compacted.
    pub fn compacted(&self) -> u64 {
        self.shared.inner.read().state.compacted
    }

    /// A lease, with its keys.
    pub fn lease(&self, id: i64) -> Option<Lease> {
        self.shared.inner.read().state.leases.get(id).cloned()
    }

    /// How long a lease lives after it was granted or kept alive, in seconds.
    pub fn lease_ttl(&self, id: i64) -> Option<i64> {
        self.shared.inner.read().state.leases.get(id).map(|lease| lease.ttl)
    }

    /// All leases: ids and times to live in seconds, by id.
    pub fn leases(&self) -> Vec<(i64, i64)> {
        self.shared.inner.read().leases()
    }

    /// What every member understands.
    pub fn cluster_version(&self) -> u32 {
        self.shared.inner.read().state.cluster_version
    }

    /// Begins a watch.
    pub fn watch(&self, request: feed::Request) -> feed::Watcher {
        let shared = Arc::clone(&self.shared);
        feed::Watcher::begin(shared, request, || self.revision())
    }

    /// How many watch.
    pub fn watchers(&self) -> usize {
        self.shared.feed.watchers()
    }

    /// Bytes on disk, without snapshots.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn size(&self) -> Result<u64, DiskError> {
        let records = Arc::clone(&self.shared.inner.read().records);
        records.size()
    }

    /// Bytes on disk of what is not cleared, about.
    pub fn size_in_use(&self) -> u64 {
        self.shared.inner.read().records.size_in_use()
    }

    /// Whether entries can be applied without waiting for the disk.
    pub fn has_room(&self) -> bool {
        self.shared.inner.read().records.has_room()
    }

    /// Waits until entries can be applied without waiting; it blocks.
    ///
    /// # Errors
    /// [`DiskError`]; nothing will be written any more then.
    pub fn wait_for_room(&self) -> Result<(), DiskError> {
        let records = Arc::clone(&self.shared.inner.read().records);
        records.wait_for_room()
    }

    /// Waits until everything applied before is written and handed to the system; it blocks.
    ///
    /// # Errors
    /// [`DiskError`]; nothing will be written any more then.
    pub fn flush(&self) -> Result<(), DiskError> {
        let records = Arc::clone(&self.shared.inner.read().records);
        records.flush()
    }

    /// Waits until everything that was compacted before is cleared in memory; it blocks.
    pub fn wait_for_clearing(&self) {
        self.clearing.wait();
    }

    /// What was counted since it was opened.
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.shared.feed.stop();
    }
}

impl Bounds {
    fn limits(&self) -> Limits {
        let Bounds { recent_bytes, unwritten_bytes, cached_bytes, write_after, write_bytes } = *self;
        Limits { recent_bytes, unwritten_bytes, cached_bytes, write_after, write_bytes }
    }
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            recent_bytes: 16 << 20,
            unwritten_bytes: 16 << 20,
            cached_bytes: 16 << 20,
            write_after: Duration::from_millis(500),
            write_bytes: 1 << 20,
        }
    }
}
