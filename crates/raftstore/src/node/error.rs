//! Why a node did not do what was asked: storage's closed list, and what only etcd's own API can ask wrongly. The words
//! are etcd's (api/v3rpc/rpctypes/error.go); clients match on them.

use crate::machine::ReadError;
use crate::raft::ConsensusError;
use crate::revisions::Damaged;
use crate::state_machine::Refusal;
use pintle_storage::{Error, Reason, Revision};

/// The outcome of a request.
pub type Result<T> = std::result::Result<T, NodeError>;

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// What any storage may answer.
    #[error(transparent)]
    Storage(#[from] Error),
    /// A put that keeps the value or lease of a key that does not exist, or an operation that is none.
    #[error("etcdserver: key not found")]
    KeyNotFound,
    /// A put that ignores its value and has one.
    #[error("etcdserver: value is provided")]
    ValueProvided,
    /// A put that ignores its lease and has one.
    #[error("etcdserver: lease is provided")]
    LeaseProvided,
    /// Sorted by what does not exist.
    #[error("etcdserver: invalid sort option")]
    InvalidSortOption,
    /// No member has this id.
    #[error("etcdserver: member not found")]
    MemberNotFound,
    /// The member votes already.
    #[error("etcdserver: can only promote a learner member")]
    MemberNotLearner,
    /// The learner has not caught up.
    #[error("etcdserver: can only promote a learner member which is in sync with leader")]
    LearnerNotReady,
    /// A member has this URL already.
    #[error("etcdserver: Peer URLs already exists")]
    PeerUrlExists,
    /// A URL that is none.
    #[error("etcdserver: given member URLs are invalid")]
    BadUrls,
    /// The change would leave too few members that are well, or another one is under way.
    #[error("etcdserver: re-configuration failed due to not enough started members")]
    NotEnoughMembers,
    /// It stays the only member of its cluster, for this reason.
    #[error("etcdserver: no member can be added: {0}")]
    StaysAlone(&'static str),
    /// There are as many learners as there may be.
    #[error("etcdserver: too many learner members in cluster")]
    TooManyLearners,
    /// Leadership was to go to somebody who can't have it.
    #[error("etcdserver: bad leader transferee")]
    BadLeaderTransferee,
    /// This alarm follows what it is about; nobody else raises it.
    #[error("pintle: the alarm NOSPACE is raised while a member's disk is full, and by nothing else")]
    AlarmNotForClients,
    /// What is on this node's disk is not what was written. Others have it: restore this one.
    #[error(transparent)]
    Damaged(#[from] Damaged),
}

impl NodeError {
    /// No answer in time to something that was proposed: it may still happen.
    pub(super) const LATE: NodeError = NodeError::Storage(Error::Unknown(Reason::TimedOut));
    /// No leader in time; nothing was proposed.
    pub(super) const LEADERLESS: NodeError = NodeError::Storage(Error::NotApplied(Reason::NoLeader));

    /// A command was refused when it was applied, by a state compacted to `compacted`.
    pub(super) fn refused(refusal: Refusal, compacted: u64) -> NodeError {
        NodeError::Storage(match refusal {
            Refusal::Compacted => Error::Compacted { revision: Revision::new(compacted) },
            Refusal::FutureRevision => Error::FutureRevision,
            Refusal::LeaseNotFound => Error::LeaseNotFound,
            Refusal::LeaseExists => Error::LeaseExists,
            Refusal::KeyNotFound => return NodeError::KeyNotFound,
        })
    }

    /// A read failed in a state compacted to `compacted`.
    pub(crate) fn unread(error: ReadError, compacted: u64) -> NodeError {
        match error {
            ReadError::Refusal(refusal) => NodeError::refused(refusal, compacted),
            ReadError::Damaged(damaged) => NodeError::Damaged(damaged),
            ReadError::Stopped => Error::NotApplied(Reason::Stopped).into(),
        }
    }

    /// Consensus ended while a write was under way.
    pub(super) fn of_write(error: ConsensusError) -> NodeError {
        match error {
            ConsensusError::NotLeader(_) | ConsensusError::NoQuorum | ConsensusError::Unsettled => {
                NodeError::LEADERLESS
            }
            ConsensusError::LeaderChanged => Error::Unknown(Reason::LeaderChanged).into(),
            ConsensusError::Membership(why) => {
                tracing::warn!(%why, "a change of membership was refused");
                NodeError::NotEnoughMembers
            }
            ConsensusError::Stopped(_) => Error::Unknown(Reason::Stopped).into(),
        }
    }

    /// Consensus ended while a read waited for it: a read changes nothing.
    pub(super) fn of_read(error: ConsensusError) -> NodeError {
        match error {
            ConsensusError::Stopped(_) => Error::NotApplied(Reason::Stopped).into(),
            ConsensusError::LeaderChanged => Error::NotApplied(Reason::LeaderChanged).into(),
            _ => NodeError::LEADERLESS,
        }
    }
}
