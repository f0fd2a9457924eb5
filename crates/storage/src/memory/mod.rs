//! A storage node in memory: every revision since the last compaction, one writer at a time, no disk. It is what
//! an embedded server runs on and what tests run against; its keys are gone when it is dropped.
//!
//! ```text
//!   Memory -- Shared -- State (one lock)   index:    key -> its versions        what is true at revision N
//!     |          |                         history:  changes in order           what happened since N
//!     |          |                         leases:   id -> deadline, keys
//!     |          '----- Signal             "look again": wakes watchers, who read history from their position
//!     '- Expiry                            the task that revokes leases whose time is up
//! ```

mod compaction;
mod expiry;
mod history;
mod index;
mod leases;
mod read;
mod shared;
mod state;
mod version;
mod watcher;
mod write;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::coop::consume_budget;
use tokio::task::yield_now;

use crate::{
    Answer, Lease, LeaseId, LeaseTimeToLive, Limits, RangeRequest, RangeResponse, Revision, Status, Storage,
    Txn, TxnResponse, WatchRequest, WatchStream,
};
use expiry::Expiry;
use shared::Shared;
use state::State;
use watcher::Watcher;

/// The version of etcd's API that a [`Memory`] speaks.
const API_VERSION: &str = "3.6.0";

/// A node's only member.
const MEMBER: u64 = 1;

/// How many changes one step of a compaction forgets before others get the lock.
const COMPACTION_STEP: usize = 4096;

/// Bounds of a [`Memory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How big one request may be.
    pub limits: Limits,
    /// About how many bytes of history (replaced and deleted values, and a record of each change) are kept.
    /// Beyond it the oldest revisions are compacted without being asked. 256 MiB by default.
    pub history_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { limits: Limits::default(), history_bytes: 256 << 20 }
    }
}

/// A storage node in memory. See the [module](self) for what it is and the [`Storage`] trait for what it does.
///
/// Leases follow tokio's clock, paused or not; the first grant must happen inside a tokio runtime, which then
/// also runs their expiry. A lease that is overdue is revoked before anything else is written.
#[derive(Debug)]
pub struct Memory {
    shared: Arc<Shared>,
    expiry: Expiry,
}

impl Memory {
    /// An empty node with the default bounds.
    pub fn new() -> Memory {
        Memory::with_options(Options::default())
    }

    /// An empty node with these bounds.
    pub fn with_options(options: Options) -> Memory {
        let state = State::new(options.history_bytes);
        Memory { shared: Arc::new(Shared::new(state, options.limits)), expiry: Expiry::default() }
    }

    /// Ends every open watch with [`LeaderLost`](crate::Error::LeaderLost), as a node does that loses its
    /// leader. Watches opened afterwards are not concerned. For tests of those who must resume.
    pub fn lose_leader(&self) {
        self.shared.signal.send_modify(|signal| signal.epoch += 1);
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new()
    }
}

impl Drop for Memory {
    /// Watches outlive the node only to be told that it is gone.
    fn drop(&mut self) {
        self.lose_leader();
    }
}

// Nothing here waits for anything, so reads and writes spend tokio's budget: a task that does nothing else lets
// others run now and then, as it would with a store that is far away.
impl Storage for Memory {
    fn range(&self, request: RangeRequest) -> Answer<'_, RangeResponse> {
        Box::pin(async move {
            consume_budget().await;
            request.check()?;
            self.shared.state.read().range(&request)
        })
    }

    fn txn(&self, txn: Txn) -> Answer<'_, TxnResponse> {
        Box::pin(async move {
            consume_budget().await;
            txn.check(&self.shared.limits)?;
            self.shared.write(|state, _| state.txn(txn))
        })
    }

    fn watch(&self, request: WatchRequest) -> Answer<'_, WatchStream> {
        Box::pin(async move {
            let watcher = Watcher::open(Arc::clone(&self.shared), request)?;
            Ok(watcher.into_stream().boxed())
        })
    }

    fn request_progress(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.shared.signal.send_modify(|signal| signal.progress += 1);
            Ok(())
        })
    }

    fn revision(&self) -> Answer<'_, Revision> {
        Box::pin(async move { Ok(self.shared.state.read().revision()) })
    }

    fn compact(&self, revision: Revision) -> Answer<'_, Revision> {
        Box::pin(async move {
            self.shared.write(|state, _| state.begin_compaction(revision))?;
            while self.shared.write(|state, _| state.forget(COMPACTION_STEP)) {
                yield_now().await;
            }
            Ok(self.shared.state.read().revision())
        })
    }

    fn lease_grant(&self, ttl: Duration, id: Option<LeaseId>) -> Answer<'_, Lease> {
        Box::pin(async move {
            let lease = self.shared.write(|state, now| state.leases.grant(ttl, id, now))?;
            self.expiry.lease_granted(&self.shared);
            Ok(lease)
        })
    }

    fn lease_revoke(&self, id: LeaseId) -> Answer<'_, Revision> {
        Box::pin(async move { self.shared.write(|state, _| state.revoke(id)) })
    }

    fn lease_keep_alive(&self, id: LeaseId) -> Answer<'_, Lease> {
        Box::pin(async move { self.shared.write(|state, now| state.leases.keep_alive(id, now)) })
    }

    fn lease_time_to_live(&self, id: LeaseId, keys: bool) -> Answer<'_, LeaseTimeToLive> {
        Box::pin(async move { self.shared.write(|state, now| state.leases.time_to_live(id, keys, now)) })
    }

    fn status(&self) -> Answer<'_, Status> {
        Box::pin(async move {
            let state = self.shared.state.read();
            Ok(Status {
                version: Cow::Borrowed(API_VERSION),
                revision: state.revision(),
                size: state.size() as u64,
                size_in_use: state.size_in_use() as u64,
                member: MEMBER,
                leader: Some(MEMBER),
                learner: false,
            })
        })
    }
}
