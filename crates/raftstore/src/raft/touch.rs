//! Whether this member is in touch with the others. What Raft knows of a leader outlives the connection to it: a member
//! that is cut off goes on believing, for it hears nothing that would tell it better. So it is noted when the leader was
//! heard last, and asked when a majority last answered a leader.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// When a leader was heard last.
#[derive(Clone, Debug)]
pub(super) struct Heard(Arc<Mutex<Instant>>);

impl Heard {
    pub(super) fn new() -> Heard {
        Heard(Arc::new(Mutex::new(Instant::now())))
    }

    /// Just now.
    pub(super) fn note(&self) {
        *self.0.lock() = Instant::now();
    }

    pub(super) fn is_within(&self, time: Duration) -> bool {
        self.0.lock().elapsed() < time
    }
}
