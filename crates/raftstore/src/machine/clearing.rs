//! Clearing what was compacted, beside traffic: a thread, in a simulation a task, that takes a few keys at a time.

use super::shared::Shared;
use crate::executor;
use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Keys that are looked at while the state is locked.
const STEP: usize = 256;
/// Cleared records that wait to be written count as little; so much is left to them.
const UNWRITTEN_BYTES: usize = 1 << 20;
/// When to look again whether clearing is still held back.
const PATIENCE: Duration = Duration::from_millis(50);

/// Who clears. Dropped, it ends, wherever it is: clearing goes on with the next start.
#[derive(Debug)]
pub(super) struct Clearing {
    wanted: Arc<Wanted>,
    driver: Driver,
}

#[derive(Debug)]
enum Driver {
    Thread(Option<JoinHandle<()>>),
    /// Simulated.
    Task {
        shared: Arc<Shared>,
        _task: JoinSet<()>,
    },
}

#[derive(Debug, Default)]
struct Wanted {
    what: Mutex<What>,
    changed: Condvar,
    /// Rings for a task.
    bell: Notify,
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
        if executor::is_simulated() {
            let mut task = JoinSet::new();
            task.spawn(work.in_turns(Arc::clone(&shared)));
            return Clearing { wanted, driver: Driver::Task { shared, _task: task } };
        }
        let run = move || {
            while let Some(round) = work.next() {
                if work.clear(&shared) {
                    work.finish(round);
                }
            }
        };
        let thread = std::thread::Builder::new().name("clearing".to_owned()).spawn(run);
        let thread = thread.expect("a process that can't start a thread can't do anything");
        Clearing { wanted, driver: Driver::Thread(Some(thread)) }
    }

    /// Something was compacted.
    pub(super) fn wake(&self) {
        self.wanted.what.lock().wanted += 1;
        self.wanted.changed.notify_all();
        self.wanted.bell.notify_one();
    }

    /// Waits until everything that was compacted before is cleared in memory, and on its way to the disk. In a simulation
    /// that is done at once, up to what is held back.
    pub(super) fn wait(&self) {
        let wanted = self.wanted.what.lock().wanted;
        match &self.driver {
            Driver::Thread(_) => {
                let mut what = self.wanted.what.lock();
                while what.done < wanted {
                    self.wanted.changed.wait(&mut what);
                }
            }
            Driver::Task { shared, .. } => {
                let mut from = Some(Bytes::new());
                while let Some(key) = from {
                    let Ok(next) = step(shared, &key) else { return };
                    from = next;
                }
                self.wanted.finish(wanted);
            }
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

    /// Everything up to this compaction is cleared.
    fn finish(&self, round: u64) {
        let mut what = self.what.lock();
        what.done = what.done.max(round);
        self.changed.notify_all();
    }

    /// Clears when it is rung for, a step at a time.
    async fn in_turns(self: Arc<Self>, shared: Arc<Shared>) {
        loop {
            self.bell.notified().await;
            let round = self.what.lock().wanted;
            let mut from = Some(Bytes::new());
            while let Some(key) = from {
                tokio::time::sleep(executor::latency()).await;
                from = step(&shared, &key).unwrap_or(Some(key));
            }
            self.finish(round);
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
        if let Driver::Thread(thread) = &mut self.driver
            && thread.take().is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("clearing what was compacted panicked");
        }
    }
}
