//! How far a lane is, and who waits for it to get further.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use pintle_storage::Revision;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout_at};

/// The revision up to which everything is in the cache.
#[derive(Debug)]
pub(crate) struct Reached {
    revision: AtomicU64,
    /// By revision, then by number. As many as there are readers waiting, and no more: who gives up is taken out.
    waiting: Mutex<BTreeMap<(Revision, u64), oneshot::Sender<()>>>,
    awaited: AtomicUsize,
    next: AtomicU64,
    /// Told when somebody begins to wait.
    wanted: Arc<Notify>,
}

/// Takes a waiter out when it gives up.
struct Place<'a> {
    reached: &'a Reached,
    key: (Revision, u64),
}

impl Reached {
    pub(crate) fn new(wanted: Arc<Notify>) -> Reached {
        Reached {
            revision: AtomicU64::new(0),
            waiting: Mutex::default(),
            awaited: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            wanted,
        }
    }

    pub(crate) fn revision(&self) -> Revision {
        Revision::new(self.revision.load(Ordering::SeqCst))
    }

    /// Everything up to `revision` is in the cache now. A lower one than before is not heeded.
    pub(crate) fn advance(&self, revision: Revision) {
        self.revision.fetch_max(revision.get(), Ordering::SeqCst);
        if !self.is_awaited() {
            return;
        }
        let mut waiting = self.waiting.lock();
        let further = waiting.split_off(&(revision.next(), 0));
        let there = std::mem::replace(&mut *waiting, further);
        self.awaited.store(waiting.len(), Ordering::SeqCst);
        drop(waiting);
        for waiter in there.into_values() {
            // It may have given up meanwhile.
            let _ = waiter.send(());
        }
    }

    /// Whether somebody waits.
    pub(crate) fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::SeqCst) > 0
    }

    /// Waits until `revision` is reached. False: it was not by `deadline`.
    pub(crate) async fn wait(&self, revision: Revision, deadline: Instant) -> bool {
        if self.revision() >= revision {
            return true;
        }
        let (sender, receiver) = oneshot::channel();
        let place = Place { reached: self, key: (revision, self.next.fetch_add(1, Ordering::Relaxed)) };
        {
            let mut waiting = self.waiting.lock();
            waiting.insert(place.key, sender);
            self.awaited.store(waiting.len(), Ordering::SeqCst);
        }
        // It may have been reached before it was known that somebody waits.
        if self.revision() >= revision {
            return true;
        }
        self.wanted.notify_one();
        matches!(timeout_at(deadline, receiver).await, Ok(Ok(())))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiting = self.reached.waiting.lock();
        waiting.remove(&self.key);
        self.reached.awaited.store(waiting.len(), Ordering::SeqCst);
    }
}
