//! What a lane knows of its watches, and what a member's responses change about it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use pintle_wire::etcdserverpb as wire;

use super::fragments::Fragments;
use super::progress::{Claim, Requests};
use super::queue::Queue;
use crate::etcd::messages::position;
use crate::{Error, KeyRange, Reason, Revision};

/// The watches of one lane, and what was asked of the member for them.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) watches: HashMap<Key, Watch>,
    /// By the member's ids. An id is used once, so that what comes late for an old one finds nobody.
    pub(super) ids: HashMap<i64, Key>,
    /// Ids that were asked for and are not answered, in order.
    pub(super) creating: VecDeque<i64>,
    pub(super) last_id: i64,
    pub(super) last_key: u64,
    pub(super) progress: Requests,
    pub(super) ended: bool,
}

/// A watch, as long as its reader is there; whatever its id on the member is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(pub(super) u64);

/// What must be known of a watch to open it, and to open it anew.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) queue: Arc<Queue>,
    pub(super) range: KeyRange,
    pub(super) prev: bool,
    pub(super) from: Option<Revision>,
    pub(super) phase: Phase,
    pub(super) fragments: Fragments,
}

/// Where a watch stands with the member.
#[derive(Debug)]
pub(super) enum Phase {
    /// Asked for, behind so many requests for progress that may yet be answered.
    Creating {
        id: i64,
        outstanding: u64,
    },
    Open {
        id: i64,
        claim: Claim,
    },
    /// The member has none: the queue was full, or the watch has ended.
    Paused,
}

/// A response that the protocol doesn't have, or that is beyond a bound: the stream can't go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Broken(pub(super) &'static str);

impl State {
    pub(super) fn created(&mut self, response: &wire::WatchResponse) -> std::result::Result<(), Broken> {
        // Creates are answered in order. One that failed is answered without its id.
        let id = self.creating.pop_front().ok_or(Broken("a watch was created that nobody asked for"))?;
        if !response.canceled && response.watch_id != id {
            return Err(Broken("a watch was created under another id"));
        }
        let Some(key) = self.ids.get(&id).copied() else { return Ok(()) };
        if response.canceled {
            self.ids.remove(&id);
            self.finish(key, response);
            return Ok(());
        }
        let at = position(response.header.as_ref()).map_err(|_| Broken("a response has no header"))?;
        if let Some(watch) = self.watches.get_mut(&key) {
            if let Phase::Creating { outstanding, .. } = watch.phase {
                watch.phase = Phase::Open { id, claim: Claim::new(watch.from, at, outstanding) };
            }
            watch.queue.opened(Ok(()));
        }
        Ok(())
    }

    pub(super) fn cancelled(&mut self, response: &wire::WatchResponse) {
        if let Some(key) = self.ids.remove(&response.watch_id) {
            self.finish(key, response);
        }
    }

    /// The member has ended a watch. Its place stays taken until its reader goes.
    fn finish(&mut self, key: Key, response: &wire::WatchResponse) {
        let Some(watch) = self.watches.get_mut(&key) else { return };
        watch.phase = Phase::Paused;
        let compacted = Error::Compacted { revision: Revision::ZERO };
        if response.compact_revision > 0 || response.cancel_reason == compacted.to_string() {
            let told = u64::try_from(response.compact_revision).unwrap_or(0);
            let revision = Revision::new(told).max(watch.queue.resume_from());
            watch.queue.opened(Ok(()));
            watch.queue.end(Error::Compacted { revision });
            return;
        }
        let reason = &response.cancel_reason;
        tracing::info!(%reason, "etcd ended a watch");
        watch.queue.opened(Err(Error::NotApplied(Reason::Unavailable(reason.as_str().into()))));
        watch.queue.end(Error::LeaderLost);
    }

    /// What a member says of one watch by itself comes in order with its events, in every version of etcd. What
    /// it says of all when asked does so only if it is `trusted`.
    pub(super) fn progressed(
        &mut self,
        response: &wire::WatchResponse,
        trusted: bool,
    ) -> std::result::Result<(), Broken> {
        const ALL: i64 = -1;
        let revision = position(response.header.as_ref()).map_err(|_| Broken("a response has no header"))?;
        if response.watch_id == ALL {
            if !trusted {
                return Ok(());
            }
            self.progress.answered();
            for watch in self.watches.values_mut() {
                watch.all_progressed(revision);
            }
        } else if let Some(watch) = self.ids.get(&response.watch_id).and_then(|key| self.watches.get_mut(key))
            && matches!(watch.phase, Phase::Open { .. })
            && !watch.fragments.are_awaited()
        {
            watch.queue.progress(revision);
        }
        Ok(())
    }
}

impl Watch {
    fn all_progressed(&mut self, revision: Revision) {
        if let Phase::Open { claim, .. } = &mut self.phase
            && claim.covers(revision)
            && !self.fragments.are_awaited()
        {
            self.queue.progress(revision);
        }
    }
}
