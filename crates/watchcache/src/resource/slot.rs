//! What a resource knows of one watcher: where it is, how to wake it, and the list it may still be reading out.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::Waker;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use pintle_storage::Revision;

use super::ring::Seq;
use crate::read::Snapshot;

/// The position of a watcher that has no position: it has caught up with everything that was published.
const ASLEEP: Seq = Seq::MAX;

/// One watcher's place. Its position changes only under the resource's lock: the publisher, who has it alone, gives one
/// to who sleeps; the watcher, who shares it, moves its own on or goes to sleep.
#[derive(Debug)]
pub(crate) struct Slot {
    position: AtomicU64,
    /// Where it stands among the sleepers of its group.
    pub(super) place: AtomicUsize,
    waker: AtomicWaker,
    /// What is left to show of the objects that were there when the watch began. Taken away when it falls behind the
    /// ring, so that a stuck reader keeps nothing alive.
    initial: Mutex<Option<Snapshot>>,
    /// The revision of that list.
    pub(crate) started: Revision,
}

impl Slot {
    pub(crate) fn new(initial: Option<Snapshot>, started: Revision) -> Slot {
        Slot {
            position: AtomicU64::new(ASLEEP),
            place: AtomicUsize::new(0),
            waker: AtomicWaker::new(),
            initial: Mutex::new(initial),
            started,
        }
    }

    /// The first change it has not looked at; `None`: it sleeps.
    pub(crate) fn position(&self) -> Option<Seq> {
        Some(self.position.load(Ordering::Acquire)).filter(|&position| position != ASLEEP)
    }

    pub(crate) fn set_position(&self, position: Option<Seq>) {
        self.position.store(position.unwrap_or(ASLEEP), Ordering::Release);
    }

    /// To be called after the position was set and the lock released.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    /// To be called before the last look at the position.
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Looks at the list that is being read out, if it still is.
    pub(crate) fn with_initial<T>(&self, look: impl FnOnce(&Snapshot) -> T) -> Option<T> {
        self.initial.lock().as_ref().map(look)
    }

    /// Lets go of the list: it is read out, or the ring has passed it.
    pub(crate) fn end_initial(&self) {
        // Dropped after the lock is released.
        let _list = self.initial.lock().take();
    }

    pub(crate) fn is_starting(&self) -> bool {
        self.initial.lock().is_some()
    }
}
