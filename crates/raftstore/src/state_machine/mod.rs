//! What a cluster agrees on, computed: `apply(state, command) -> applied`. The same commands in the same order make the
//! same state on every member, byte for byte.
//!
//! ```text
//! Command --> txn.rs (compares, operations) --> changes: records of one revision --> disk, feed
//!             range.rs (reads within)            answer: what the client is told
//! ```
//!
//! Absent on purpose: clocks, randomness, the order of hash maps, limits that flags can change. What may be refused by
//! a flag is refused before it is proposed. An unknown command stops the node: it must not guess.

mod leases;
mod range;
mod txn;

pub use leases::{Lease, Leases};
pub use range::{Selection, select};
pub use txn::{Choice, choose};

use crate::disk::DiskError;
use crate::revisions::{Change, Damaged, KeyIndex, Values};
use pintle_wire::etcdserverpb::{LeaseGrantRequest, TxnRequest, TxnResponse};
use pintle_wire::pintle::command::Command;
use pintle_wire::pintle::command::command::Command as Body;

/// The newest cluster version whose commands this program carries out. Version 1: members say which one they understand.
pub const UNDERSTOOD: u32 = 1;

/// The revision of an empty store.
const FIRST: u64 = 1;

/// Everything a command can change, but for the values of keys.
#[derive(Clone, Debug)]
pub struct State {
    /// The revision of the last write.
    pub revision: u64,
    /// Nothing below it can be read; 0 when nothing was compacted.
    pub compacted: u64,
    /// Keys with their versions.
    pub index: KeyIndex,
    /// Leases with their keys.
    pub leases: Leases,
    /// What every member understands.
    pub cluster_version: u32,
}

/// What a command did.
#[derive(Debug)]
pub struct Applied {
    /// What the client is told.
    pub answer: Result<Answer, Refusal>,
    /// The changes of one revision, in order; empty when nothing was written.
    pub changes: Vec<Change>,
}

/// What a client is told of a command that was carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A transaction.
    Txn(TxnResponse),
    /// A compaction, a revocation, a new cluster version: nothing but the revision.
    Done,
    /// A lease, with its id and its time to live in seconds.
    Lease {
        /// Its id.
        id: i64,
        /// Seconds.
        ttl: i64,
    },
}

/// Why a command was not carried out; it changed nothing. The words are etcd's, clients match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Below the compacted revision.
    #[error("etcdserver: mvcc: required revision has been compacted")]
    Compacted,
    /// Above the current revision.
    #[error("etcdserver: mvcc: required revision is a future revision")]
    FutureRevision,
    /// No such lease.
    #[error("etcdserver: requested lease not found")]
    LeaseNotFound,
    /// The lease's id is taken.
    #[error("etcdserver: lease already exists")]
    LeaseExists,
    /// A put that keeps the value or lease of a key that does not exist.
    #[error("etcdserver: key not found")]
    KeyNotFound,
}

/// Why a node can't go on.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// A value that the command needs can't be read.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// Written by a newer member; the cluster version should have kept it away.
    #[error("the log holds a command that this version does not know; run a version that does")]
    UnknownCommand,
    /// An entry of the log is no command at all.
    #[error("the log holds an entry that is no command: {0}")]
    Undecodable(#[from] prost::DecodeError),
    /// The state can't be written any more.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// It stopped before, for a reason that was answered then.
    #[error("the state is half changed, since an entry could not be applied")]
    Stopped,
}

impl Default for State {
    fn default() -> State {
        State {
            revision: FIRST,
            compacted: 0,
            index: KeyIndex::default(),
            leases: Leases::default(),
            cluster_version: 0,
        }
    }
}

impl State {
    /// Carries a command out. The changes are in the index when this returns; the caller keeps the records before
    /// anybody reads them.
    ///
    /// # Errors
    /// [`Fatal`]: the node must stop. The state may be half changed then and is to be thrown away.
    pub fn apply(&mut self, values: &dyn Values, command: Command) -> Result<Applied, Fatal> {
        match command.command.ok_or(Fatal::UnknownCommand)? {
            Body::Txn(request) => self.apply_txn(values, &request),
            Body::Compact(request) => Ok(unchanging(self.compact(request.revision))),
            Body::LeaseGrant(request) => Ok(unchanging(self.grant(&request))),
            Body::LeaseRevoke(request) => Ok(self.revoke(request.id)),
            Body::ClusterVersion(request) if request.version > UNDERSTOOD => Err(Fatal::UnknownCommand),
            Body::ClusterVersion(request) => {
                self.cluster_version = self.cluster_version.max(request.version);
                Ok(unchanging(Ok(Answer::Done)))
            }
        }
    }

    fn apply_txn(&mut self, values: &dyn Values, request: &TxnRequest) -> Result<Applied, Fatal> {
        let mut writing = txn::Writing::begin(self, values);
        match writing.run(request)? {
            Ok(response) => Ok(Applied { answer: Ok(Answer::Txn(response)), changes: writing.commit() }),
            Err(refusal) => Ok(unchanging(Err(refusal))),
        }
    }

    /// From now on nothing below `revision` can be read. Clearing away what lies below is the caller's business.
    fn compact(&mut self, revision: i64) -> Result<Answer, Refusal> {
        let revision = u64::try_from(revision).unwrap_or_default();
        if revision <= self.compacted {
            return Err(Refusal::Compacted);
        }
        if revision > self.revision {
            return Err(Refusal::FutureRevision);
        }
        self.compacted = revision;
        Ok(Answer::Done)
    }

    fn grant(&mut self, request: &LeaseGrantRequest) -> Result<Answer, Refusal> {
        if !self.leases.grant(request.id, request.ttl) {
            return Err(Refusal::LeaseExists);
        }
        Ok(Answer::Lease { id: request.id, ttl: request.ttl })
    }

    /// Ends a lease and deletes its keys, in their order, at one revision.
    fn revoke(&mut self, id: i64) -> Applied {
        let Some(lease) = self.leases.remove(id) else {
            return unchanging(Err(Refusal::LeaseNotFound));
        };
        let changes = txn::delete_all(self, lease.keys);
        Applied { answer: Ok(Answer::Done), changes }
    }

    /// Whether what was true at `revision` (0 for now) is known.
    ///
    /// # Errors
    /// [`Refusal::Compacted`], [`Refusal::FutureRevision`].
    pub fn check_readable(&self, revision: i64) -> Result<(), Refusal> {
        match u64::try_from(revision).unwrap_or_default() {
            0 => Ok(()),
            revision if revision > self.revision => Err(Refusal::FutureRevision),
            revision if revision < self.compacted => Err(Refusal::Compacted),
            _ => Ok(()),
        }
    }
}

fn unchanging(answer: Result<Answer, Refusal>) -> Applied {
    Applied { answer, changes: Vec::new() }
}
