//! Whether there is room on the disk. While there is none, nothing that would fill it further reaches openraft, whose
//! core ends with the first write that fails; votes, truncation and reads go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by who measures and who asks.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<AtomicBool>);

impl Room {
    /// Notes how it is.
    pub fn set_full(&self, full: bool) {
        self.0.store(full, Ordering::Relaxed);
    }

    /// Whether nothing may be added.
    pub fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
