//! The state with its records, as everybody reads it.

use super::Position;
use super::counters::Counters;
use super::pins::Pins;
use crate::feed::{Feed, Source};
use crate::records::{Facts, Records};
use crate::revisions::At;
use crate::state_machine::State;
use bytes::Bytes;
use parking_lot::RwLock;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a machine, its watchers and its clearing share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) inner: RwLock<Inner>,
    pub(super) feed: Feed,
    pub(super) pins: Pins,
    pub(super) counters: Arc<Counters>,
    /// An entry could not be applied: the state may be half changed, and nobody is to see it.
    pub(super) stopped: AtomicBool,
}

/// What changes as one.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) state: State,
    pub(super) applied: Option<Position>,
    pub(super) membership: Option<(Position, Bytes)>,
    pub(super) records: Arc<Records>,
}

impl Inner {
    /// What is true now, but for keys and leases.
    pub(super) fn facts(&self) -> Facts {
        Facts {
            applied: self.applied,
            revision: self.state.revision,
            compacted: self.state.compacted,
            cluster_version: self.state.cluster_version,
            membership: self.membership.clone(),
        }
    }

    /// Ids and times to live, by id.
    pub(super) fn leases(&self) -> Vec<(i64, i64)> {
        self.state.leases.iter().map(|(id, lease)| (id, lease.ttl)).collect()
    }
}

impl Shared {
    pub(super) fn new(inner: Inner, counters: Arc<Counters>) -> Shared {
        let feed = Feed::new(inner.state.revision);
        Shared {
            inner: RwLock::new(inner),
            feed,
            pins: Pins::default(),
            counters,
            stopped: AtomicBool::new(false),
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Lets nobody see the state any more.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.feed.stop();
    }
}

impl Source for Shared {
    fn records(&self) -> Arc<Records> {
        Arc::clone(&self.inner.read().records)
    }

    fn compacted(&self) -> u64 {
        self.inner.read().state.compacted
    }

    fn before(&self, key: &[u8], revision: u64) -> Option<At> {
        self.inner.read().state.index.before(key, revision).map(|version| version.at)
    }

    fn feed(&self) -> &Feed {
        &self.feed
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }
}
