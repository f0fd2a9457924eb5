//! Why storage did not do what was asked, as one closed list. The texts are etcd's, because clients further up
//! match on them. No status codes of gRPC or HTTP appear here: each edge maps this list once.

use crate::Revision;

/// The result of every question to storage.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request failed.
///
/// Three groups, by what the caller may conclude:
/// - [`NotApplied`](Error::NotApplied): it had no effect and may be sent again as it is. Failed reads are
///   always in this group or the last.
/// - [`Unknown`](Error::Unknown): it may or may not have had its effect, now or later. Never send it again
///   blindly: read first.
/// - everything else is storage's answer: it had no effect, and sending the same again gives the same answer
///   until something else changes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request had no effect, and may be tried again.
    #[error("{0}")]
    NotApplied(Reason),
    /// It is not known whether the request has had or will have its effect.
    #[error("{0}")]
    Unknown(Reason),
    /// The revision asked for is below the compacted one.
    #[error("etcdserver: mvcc: required revision has been compacted")]
    Compacted {
        /// The lowest revision that can still be read and watched from. Exact at the end of a watch; from a store
        /// that doesn't tell (etcd, of all else) it is the lowest that the request leaves possible.
        revision: Revision,
    },
    /// The revision asked for has not happened yet.
    #[error("etcdserver: mvcc: required revision is a future revision")]
    FutureRevision,
    /// The watch ended because the node serving it lost its leader or stops: watch again, from the revision
    /// after the last one delivered. Only a watch ends with this.
    #[error("etcdserver: no leader")]
    LeaderLost,
    /// The request is bigger than [`Limits::request_bytes`](crate::Limits::request_bytes).
    #[error("etcdserver: request is too large")]
    TooLarge,
    /// The transaction has more compares or operations than [`Limits::txn_ops`](crate::Limits::txn_ops).
    #[error("etcdserver: too many operations in txn request")]
    TooManyOps,
    /// A transaction puts one key twice, or puts a key that it also deletes.
    #[error("etcdserver: duplicate key given in txn request")]
    DuplicateKey,
    /// A key is empty.
    #[error("etcdserver: key is not provided")]
    EmptyKey,
    /// The lease does not exist, or is expired or revoked.
    #[error("etcdserver: requested lease not found")]
    LeaseNotFound,
    /// The lease id asked for is taken.
    #[error("etcdserver: lease already exists")]
    LeaseExists,
    /// The time to live asked for is above [`Lease::MAX_TTL`](crate::Lease::MAX_TTL).
    #[error("etcdserver: too large lease TTL")]
    LeaseTtlTooLarge,
    /// The disk is full: nothing is written until there is room again; reads go on.
    #[error("etcdserver: mvcc: database space exceeded")]
    NoSpace,
}

impl Error {
    /// Whether the same request may simply be sent again.
    pub fn may_retry(&self) -> bool {
        matches!(self, Error::NotApplied(_))
    }

    /// Whether the request may have had its effect in spite of the error.
    pub fn may_have_applied(&self) -> bool {
        matches!(self, Error::Unknown(_))
    }
}

/// What stood in the way of a request that [was not applied](Error::NotApplied) or whose fate is
/// [unknown](Error::Unknown).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The cluster has no leader now.
    #[error("etcdserver: no leader")]
    NoLeader,
    /// Leadership moved while the request was under way.
    #[error("etcdserver: leader changed")]
    LeaderChanged,
    /// No answer in time.
    #[error("etcdserver: request timed out")]
    TimedOut,
    /// No answer in time, around the loss of a leader.
    #[error("etcdserver: request timed out, possibly due to previous leader failure")]
    TimedOutByLeaderFailure,
    /// No answer in time, around the loss of a connection between members.
    #[error("etcdserver: request timed out, possibly due to connection lost")]
    TimedOutByConnectionLoss,
    /// Too many requests are under way already.
    #[error("etcdserver: too many requests")]
    TooManyRequests,
    /// The node is stopping.
    #[error("etcdserver: server stopped")]
    Stopped,
    /// The cluster says it is not healthy.
    #[error("etcdserver: unhealthy cluster")]
    Unhealthy,
    /// Members hold different data; nothing is served.
    #[error("etcdserver: corrupt cluster")]
    Corrupt,
    /// The way to storage failed (a connection refused or broken), in the transport's words.
    #[error("{0}")]
    Unavailable(Box<str>),
}
