//! Clearing what was compacted, beside traffic: a thread that takes a few keys at a time.

use super::shared::Shared;
use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

/// Keys that are looked at while the state is locked.
const STEP: usize = 256;
/// Cleared records that wait to be written count as little; so much is left to them.
const UNWRITTEN_BYTES: usize = 1 << 20;
/// When to look again whether clearing is still held back.
const PATIENCE: Duration = Duration::from_millis(50);

/// The thread. Dropped, it ends, wherever it is: clearing goes on with the next start.
#[derive(Debug)]
pub(super) struct Clearing {
    wanted: Arc<Wanted>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Wanted {
    what: Mutex<What>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct What {
    /// Counts compactions.
    wanted: u64,
    done: u64,
    closing: bool,
}

impl Clearing {
    pub(super) fn start(shared: Arc<Shared>) -> Clearing {
        let wanted = Arc::new(Wanted::default());
        let work = Arc::clone(&wanted);
        let run = move || {
            while let Some(round) = work.next() {
                if work.clear(&shared) {
                    work.what.lock().done = round;
                    work.changed.notify_all();
                }
            }
        };
        let thread = std::thread::Builder::new().name("clearing".to_owned()).spawn(run);
        let thread = thread.expect("a process that can't start a thread can't do anything");
        Clearing { wanted, thread: Some(thread) }
    }

    /// Something was compacted.
    pub(super) fn wake(&self) {
        self.wanted.what.lock().wanted += 1;
        self.wanted.changed.notify_all();
    }

    /// Waits until everything that was compacted before is cleared in memory, and on its way to the disk.
    pub(super) fn wait(&self) {
        let mut what = self.wanted.what.lock();
        let wanted = what.wanted;
        while what.done < wanted {
            self.wanted.changed.wait(&mut what);
        }
    }
}

impl Wanted {
    /// Waits for something to clear; `None` at the end.
    fn next(&self) -> Option<u64> {
        let mut what = self.what.lock();
        loop {
            if what.closing {
                return None;
            }
            if what.wanted > what.done {
                return Some(what.wanted);
            }
            self.changed.wait(&mut what);
        }
    }

    /// Goes once through all keys; answers whether it came to the end.
    fn clear(&self, shared: &Shared) -> bool {
        let mut from = Some(Bytes::new());
        while let Some(key) = from {
            if self.what.lock().closing {
                return false;
            }
            from = match step(shared, &key) {
                Ok(next) => next,
                Err(Held) => {
                    let mut what = self.what.lock();
                    if !what.closing {
                        self.changed.wait_for(&mut what, PATIENCE);
                    }
                    Some(key)
                }
            };
        }
        true
    }
}

/// Nothing can be cleared for a while.
struct Held;

fn step(shared: &Shared, from: &[u8]) -> Result<Option<Bytes>, Held> {
    let Some(_leave) = shared.pins.clearing() else { return Err(Held) };
    let mut inner = shared.inner.write();
    if inner.records.unwritten() > UNWRITTEN_BYTES || shared.is_stopped() {
        return Err(Held);
    }
    let compacted = inner.state.compacted;
    let mut cleared = Vec::new();
    let next = inner.state.index.compact(compacted, from, STEP, |at| cleared.push(at));
    shared.counters.cleared_records.fetch_add(cleared.len() as u64, Ordering::Relaxed);
    if !cleared.is_empty() {
        inner.records.clear(cleared);
    }
    Ok(next)
}

impl Drop for Clearing {
    fn drop(&mut self) {
        self.wanted.what.lock().closing = true;
        self.wanted.changed.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("clearing what was compacted panicked");
        }
    }
}
