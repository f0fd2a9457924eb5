//! What waits to be written, between those who apply and the one who writes.

use super::facts::Facts;
use super::recent;
use crate::disk::DiskError;
use crate::revisions::{At, Change};
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// What an item takes beside what it carries.
const OVERHEAD: usize = 128;
/// Bytes of items that are written as one batch at the most, but for one item that is larger.
const BATCH_BYTES: usize = 4 << 20;

/// Something to be written.
#[derive(Debug)]
pub(super) enum Item {
    /// An entry was applied: what is known since, and what it changed.
    Applied { facts: Facts, changes: Option<Arc<[Change]>>, lease: Option<LeaseChange> },
    /// Nobody needs these records any more.
    Cleared(Vec<At>),
}

/// What happened to a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseChange {
    Granted { id: i64, ttl: i64 },
    Revoked { id: i64, ttl: i64 },
}

/// Bounds of a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct QueueBounds {
    /// Beyond so many bytes, [`Queue::wait_for_room`] waits.
    pub(super) unwritten_bytes: usize,
    /// So many bytes are worth writing at once.
    pub(super) write_bytes: usize,
    /// Fewer are written after this time.
    pub(super) write_after: Duration,
}

/// Items in order.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    work: Condvar,
    progress: Condvar,
    bounds: QueueBounds,
}

#[derive(Debug, Default)]
struct Waiting {
    items: VecDeque<Item>,
    /// Bytes of `items`, and with those being written.
    queued: usize,
    unwritten: usize,
    /// Numbers of items: how many were pushed, are written, are flushed, should be.
    pushed: u64,
    written: u64,
    flushed: u64,
    flush_wanted: u64,
    closing: bool,
    failed: Option<DiskError>,
}

/// What the writer is to do next.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) items: Vec<Item>,
    bytes: usize,
    /// Whether to flush afterwards.
    pub(super) flush: bool,
}

impl Queue {
    pub(super) fn new(bounds: QueueBounds) -> Queue {
        Queue { waiting: Mutex::default(), work: Condvar::new(), progress: Condvar::new(), bounds }
    }

    /// Adds an item, never waiting.
    pub(super) fn push(&self, item: Item) {
        let bytes = size(&item);
        let mut waiting = self.waiting.lock();
        let was_idle = waiting.items.is_empty();
        let was_little = waiting.queued < self.bounds.write_bytes;
        waiting.items.push_back(item);
        waiting.queued += bytes;
        waiting.unwritten += bytes;
        waiting.pushed += 1;
        if was_idle || (was_little && waiting.queued >= self.bounds.write_bytes) {
            self.work.notify_one();
        }
    }

    /// Whether no more is unwritten than may be.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.lock().unwritten <= self.bounds.unwritten_bytes
    }

    /// Waits while too much is unwritten. Answers whether it had to.
    pub(super) fn wait_for_room(&self) -> Result<bool, DiskError> {
        let mut waiting = self.waiting.lock();
        let mut waited = false;
        loop {
            if let Some(failed) = &waiting.failed {
                return Err(failed.clone());
            }
            if waiting.unwritten <= self.bounds.unwritten_bytes {
                return Ok(waited);
            }
            waited = true;
            self.progress.wait(&mut waiting);
        }
    }

    /// Asks for all that was pushed before to be written and flushed; answers up to which item that is.
    pub(super) fn want_flush(&self) -> u64 {
        let mut waiting = self.waiting.lock();
        let wanted = waiting.pushed;
        waiting.flush_wanted = waiting.flush_wanted.max(wanted);
        self.work.notify_one();
        wanted
    }

    /// Waits until everything up to the item `wanted` is written and flushed.
    pub(super) fn wait_for_flush(&self, wanted: u64) -> Result<(), DiskError> {
        let mut waiting = self.waiting.lock();
        loop {
            if let Some(failed) = &waiting.failed {
                return Err(failed.clone());
            }
            if waiting.flushed >= wanted {
                return Ok(());
            }
            self.progress.wait(&mut waiting);
        }
    }

    /// Whether [`wait_for_room`](Self::wait_for_room) would wait.
    pub(super) fn is_long(&self) -> bool {
        let waiting = self.waiting.lock();
        waiting.failed.is_none() && waiting.unwritten > self.bounds.unwritten_bytes
    }

    /// Bytes that are not written yet.
    pub(super) fn unwritten(&self) -> usize {
        self.waiting.lock().unwritten
    }

    /// Lets the writer end when everything is written.
    pub(super) fn close(&self) {
        self.waiting.lock().closing = true;
        self.work.notify_one();
    }

    /// Lets the writer end at once: nobody needs what is not written.
    pub(super) fn abandon(&self) {
        self.fail(DiskError {
            doing: "is not written any more",
            reason: "another took its place".to_owned(),
        });
    }

    /// Notes that nothing will be written any more.
    pub(super) fn fail(&self, error: DiskError) {
        let mut waiting = self.waiting.lock();
        waiting.failed.get_or_insert(error);
        waiting.items.clear();
        self.work.notify_one();
        self.progress.notify_all();
    }

    /// Waits for something to do; `None` when the writer should end.
    pub(super) fn take(&self) -> Option<Taken> {
        let mut waiting = self.waiting.lock();
        let mut waited_enough = false;
        loop {
            if waiting.failed.is_some() {
                return None;
            }
            let flush = waiting.flush_wanted > waiting.flushed;
            if waiting.items.is_empty() {
                if flush || (waiting.closing && waiting.flushed < waiting.written) {
                    return Some(Taken { items: Vec::new(), bytes: 0, flush: true });
                }
                if waiting.closing {
                    return None;
                }
                self.work.wait(&mut waiting);
            } else if flush || waiting.closing || waited_enough || waiting.queued >= self.bounds.write_bytes {
                return Some(waiting.drain(waited_enough));
            } else {
                waited_enough = self.work.wait_for(&mut waiting, self.bounds.write_after).timed_out();
            }
        }
    }

    /// What there is to do now, without waiting for more.
    pub(super) fn take_now(&self) -> Option<Taken> {
        let mut waiting = self.waiting.lock();
        if waiting.failed.is_some() {
            return None;
        }
        if !waiting.items.is_empty() {
            return Some(waiting.drain(true));
        }
        let flush =
            waiting.flush_wanted > waiting.flushed || (waiting.closing && waiting.flushed < waiting.written);
        flush.then(|| Taken { items: Vec::new(), bytes: 0, flush })
    }

    /// Notes that what was taken is written, and flushed if it was to be.
    pub(super) fn done(&self, taken: &Taken, items: usize) {
        let mut waiting = self.waiting.lock();
        waiting.written += items as u64;
        waiting.unwritten -= taken.bytes;
        if taken.flush {
            waiting.flushed = waiting.written;
        }
        self.progress.notify_all();
    }
}

impl Waiting {
    fn drain(&mut self, is_calm: bool) -> Taken {
        let (mut items, mut bytes) = (Vec::new(), 0);
        while let Some(item) = self.items.front() {
            let size = size(item);
            if bytes > 0 && bytes + size > BATCH_BYTES {
                break;
            }
            bytes += size;
            items.extend(self.items.pop_front());
        }
        self.queued -= bytes;
        let reaches = self.written + items.len() as u64;
        let flush = self.flush_wanted > self.flushed && reaches >= self.flush_wanted;
        // In calm times what is written is flushed, so that a restart has little to do.
        Taken {
            flush: flush || (is_calm && self.items.is_empty()) || (self.closing && self.items.is_empty()),
            items,
            bytes,
        }
    }
}

fn size(item: &Item) -> usize {
    OVERHEAD
        + match item {
            Item::Applied { changes, .. } => changes.as_ref().map_or(0, |changes| recent::size(changes)),
            Item::Cleared(records) => records.len() * size_of::<At>(),
        }
}
