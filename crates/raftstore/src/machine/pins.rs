//! Holding back the clearing of what was compacted, while somebody reads all of it.

use parking_lot::{Mutex, MutexGuard};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many hold clearing back.
#[derive(Debug, Default)]
pub(super) struct Pins {
    count: AtomicU64,
    /// Held while something is cleared, and while a pin is taken: after that nothing is being cleared.
    clearing: Mutex<()>,
}

/// As long as it lives, nothing is cleared.
#[derive(Debug)]
pub(super) struct Pin<'a>(&'a Pins);

impl Pins {
    /// Holds clearing back.
    pub(super) fn pin(&self) -> Pin<'_> {
        let _nothing_is_being_cleared = self.clearing.lock();
        self.count.fetch_add(1, Ordering::Relaxed);
        Pin(self)
    }

    /// Leave to clear as long as it is held; `None` when somebody holds it back.
    pub(super) fn clearing(&self) -> Option<MutexGuard<'_, ()>> {
        let clearing = self.clearing.lock();
        (self.count.load(Ordering::Relaxed) == 0).then_some(clearing)
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}
