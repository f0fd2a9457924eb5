//! The replicated state of one node, with its values, feed and snapshots; it knows nothing of consensus.

use crate::disk::{DiskError, Volume};
use crate::feed;
use crate::files::Files;
use crate::revisions::Damaged;
use crate::snapshots::{Receiving, SnapshotError, SnapshotFile};
use crate::state_machine::{Answer, Fatal, Lease, Refusal};
use bytes::Bytes;
use pintle_wire::etcdserverpb::{RangeRequest, RangeResponse};
use std::sync::Arc;
use std::time::Duration;

/// The place of an entry in the log. Ordered as Raft orders: by term, then by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Neither the disk nor a snapshot reaches to where the log begins. A snapshot of a peer would.
    #[error(
        "nothing on this node holds the state up to entry {needed}, where its log begins; it needs a snapshot of another member"
    )]
    NeedsSnapshot {
        /// The entry up to which everything must be known.
        needed: u64,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A snapshot can't be read, for another reason than damage.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
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

/// The replicated state of one node.
#[derive(Debug)]
pub struct Machine {}

#[allow(clippy::missing_errors_doc, missing_docs, reason = "written down when it is filled in")]
impl Machine {
    pub fn open(_options: Options) -> Result<Machine, OpenError> {
        todo!()
    }
    pub fn applied(&self) -> Option<Position> {
        todo!()
    }
    pub fn membership(&self) -> Option<(Position, Bytes)> {
        todo!()
    }
    /// Blocking: waits when too much waits to be written.
    pub fn apply(&self, _batch: Vec<(Position, Content)>) -> Result<Vec<Reply>, Fatal> {
        todo!()
    }
    /// Blocking when values are on disk.
    pub fn range(&self, _request: &RangeRequest) -> Result<RangeResponse, ReadError> {
        todo!()
    }
    pub fn revision(&self) -> u64 {
        todo!()
    }
    pub fn compacted(&self) -> u64 {
        todo!()
    }
    pub fn lease(&self, _id: i64) -> Option<Lease> {
        todo!()
    }
    /// Ids and times to live.
    pub fn leases(&self) -> Vec<(i64, i64)> {
        todo!()
    }
    pub fn cluster_version(&self) -> u32 {
        todo!()
    }
    pub fn watch(&self, _request: feed::Request) -> feed::Watcher {
        todo!()
    }
    /// Blocking, for as long as it takes to write everything.
    pub fn snapshot(&self) -> Result<SnapshotFile, SnapshotError> {
        todo!()
    }
    pub fn newest_snapshot(&self) -> Option<SnapshotFile> {
        todo!()
    }
    /// Up to `length` bytes from `offset` on; fewer only at the end.
    pub fn read_snapshot(
        &self,
        _file: &SnapshotFile,
        _offset: u64,
        _length: usize,
    ) -> Result<Bytes, SnapshotError> {
        todo!()
    }
    pub fn receive(&self) -> Result<Receiving, SnapshotError> {
        todo!()
    }
    /// Blocking. Nothing may be applied meanwhile.
    pub fn install(&self, _received: &SnapshotFile) -> Result<(), OpenError> {
        todo!()
    }
    pub fn hash_kv(&self, _revision: i64) -> Result<HashKv, ReadError> {
        todo!()
    }
    /// Of everything that is replicated, at the last applied entry.
    pub fn hash(&self) -> Result<u32, ReadError> {
        todo!()
    }
    /// Bytes on disk.
    pub fn size(&self) -> Result<u64, DiskError> {
        todo!()
    }
    /// Bytes of what is not cleared.
    pub fn size_in_use(&self) -> u64 {
        todo!()
    }
    /// Waits until everything applied before is written and handed to the system.
    pub fn flush(&self) -> Result<(), DiskError> {
        todo!()
    }
}
