//! The trait that everything above storage is written against. What its implementations have in common is
//! stated here once and checked by the [`suite`](crate::suite).

use std::pin::Pin;
use std::time::Duration;

use futures_util::Stream;

use crate::{
    Lease, LeaseId, LeaseTimeToLive, RangeRequest, RangeResponse, Result, Revision, Status, Txn, TxnResponse,
    WatchRequest, WatchUpdate,
};

/// An answer under way. Nothing is done before it is first polled. Dropping it gives up waiting, not the
/// request: whether a write that was polled took place is then unknown.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What a watch delivers, until it ends. After the first error there is nothing more. Dropping it cancels the
/// watch.
pub type WatchStream = Pin<Box<dyn Stream<Item = Result<WatchUpdate>> + Send>>;

/// A store of ordered keys with one revision counter, as etcd's API describes it.
///
/// Every method may fail with [`Error::NotApplied`](crate::Error::NotApplied); those that write may also fail
/// with [`Error::Unknown`](crate::Error::Unknown) and [`Error::NoSpace`](crate::Error::NoSpace). No method
/// asks the same node twice, nor sends on to another what may have had an effect: an implementation that knows
/// several nodes may ask the next one only after a `NotApplied`, within the deadline of the call.
pub trait Storage: Send + Sync + 'static {
    /// Reads a range of keys.
    ///
    /// # Errors
    /// [`Compacted`](crate::Error::Compacted) below the compacted revision (which itself can be read),
    /// [`FutureRevision`](crate::Error::FutureRevision) above the current one,
    /// [`EmptyKey`](crate::Error::EmptyKey).
    fn range(&self, request: RangeRequest) -> Answer<'_, RangeResponse>;

    /// Compares, and runs one of two lists of operations, at one revision. One that writes nothing does not
    /// raise the revision. An error means that nothing of it happened, except
    /// [`Unknown`](crate::Error::Unknown).
    ///
    /// # Errors
    /// Those of [`Txn::check`]; [`LeaseNotFound`](crate::Error::LeaseNotFound) for a put and those of
    /// [`range`](Self::range) for a read in the list that would run.
    fn txn(&self, txn: Txn) -> Answer<'_, TxnResponse>;

    /// Watches a range of keys: history first if asked from a past revision, then what happens, without a gap
    /// and without repetition. A reader who is slow holds nothing but its position, and never holds up a
    /// writer. What happens after this is answered is delivered.
    ///
    /// The stream, never this call, ends with [`Compacted`](crate::Error::Compacted) when it was asked from
    /// below the compacted revision or compaction overtook it, and with
    /// [`LeaderLost`](crate::Error::LeaderLost) when it must be opened anew.
    ///
    /// # Errors
    /// [`EmptyKey`](crate::Error::EmptyKey).
    fn watch(&self, request: WatchRequest) -> Answer<'_, WatchStream>;

    /// Asks that every watch opened here before deliver a [`Progress`](WatchUpdate::Progress) at or above the
    /// current revision, after all events up to it. etcd drops the request while a watch of the connection has
    /// not caught up: ask again when nothing came. Several requests may be answered by one progress. From a store
    /// whose answers can't be trusted none comes (see [`Etcd::features`](crate::etcd::Etcd::features)).
    fn request_progress(&self) -> Answer<'_, ()>;

    /// Whether [`request_progress`](Self::request_progress) leads to progress at all, as far as is known. Where it does
    /// not, only events tell how far a watch is, and consistent reads must go to storage.
    fn reports_progress(&self) -> bool {
        true
    }

    /// The current revision, linearizable: at or above that of every write answered before.
    fn revision(&self) -> Answer<'_, Revision>;

    /// Forgets what was true only below `revision`. Answers the current revision.
    ///
    /// # Errors
    /// [`Compacted`](crate::Error::Compacted) if already compacted to `revision` or above,
    /// [`FutureRevision`](crate::Error::FutureRevision).
    fn compact(&self, revision: Revision) -> Answer<'_, Revision>;

    /// Grants a lease of at least `ttl` (rounded up to whole seconds), under `id` or, without one, under an id
    /// that storage chooses.
    ///
    /// # Errors
    /// [`LeaseExists`](crate::Error::LeaseExists), [`LeaseTtlTooLarge`](crate::Error::LeaseTtlTooLarge).
    fn lease_grant(&self, ttl: Duration, id: Option<LeaseId>) -> Answer<'_, Lease>;

    /// Ends a lease and deletes its keys in sorted order at one revision. Answers the current revision, which
    /// is not raised when there was no key.
    ///
    /// # Errors
    /// [`LeaseNotFound`](crate::Error::LeaseNotFound).
    fn lease_revoke(&self, id: LeaseId) -> Answer<'_, Revision>;

    /// Gives a lease its whole time to live again.
    ///
    /// # Errors
    /// [`LeaseNotFound`](crate::Error::LeaseNotFound), also for a lease whose time is up but whose keys are not
    /// deleted yet.
    fn lease_keep_alive(&self, id: LeaseId) -> Answer<'_, Lease>;

    /// How long a lease has yet to live, and, if `keys`, what is attached to it.
    ///
    /// # Errors
    /// [`LeaseNotFound`](crate::Error::LeaseNotFound).
    fn lease_time_to_live(&self, id: LeaseId, keys: bool) -> Answer<'_, LeaseTimeToLive>;

    /// How the node that is asked stands.
    fn status(&self) -> Answer<'_, Status>;
}
