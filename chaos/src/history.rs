//! Every call that was made, and what became of it.

use parking_lot::Mutex;
use pintle_storage::Revision;
use std::sync::atomic::{AtomicI64, Ordering};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Read the key.
    Get,
    /// Put this value, which nobody else ever puts.
    Put(u64),
    /// Put this value if the key has that one, or is not there.
    Swap {
        /// What it must have.
        from: Option<u64>,
        /// What it gets.
        to: u64,
    },
    /// Delete the key.
    Delete,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// A read found this.
    Found(Option<u64>),
    /// A write was acknowledged, at this revision.
    Written(Revision),
    /// A swap was refused, because the key has another value; or a deletion found nothing.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Who made it.
    pub client: u32,
    /// On which key.
    pub key: u32,
    /// What it asked.
    pub asked: Asked,
    /// What became of it.
    pub became: Became,
    /// When it began; one clock for all calls.
    pub begun: i64,
    /// When it ended; never, when nobody knows what became of it.
    pub ended: i64,
}

/// All calls.
#[derive(Debug, Default)]
pub struct History {
    calls: Mutex<Vec<Call>>,
    clock: AtomicI64,
}

impl History {
    /// The next moment.
    pub fn now(&self) -> i64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Adds a call that is over.
    pub fn add(&self, call: Call) {
        self.calls.lock().push(call);
    }

    /// How many calls there are.
    pub fn len(&self) -> usize {
        self.calls.lock().len()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.calls.lock().is_empty()
    }

    /// All calls so far; they are not kept.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock())
    }
}
