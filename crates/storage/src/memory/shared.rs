//! What the node, its watchers and its expiry task have in common: the state under one lock, and the signal that
//! tells watchers to look again. The lock is never held across an await; the signal is sent after it is released.

use parking_lot::RwLock;
use tokio::sync::watch;
use tokio::time::Instant;

use super::state::State;
use crate::{Limits, Revision};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: RwLock<State>,
    pub(super) signal: watch::Sender<Signal>,
    pub(super) limits: Limits,
}

/// The latest of everything a watcher may have to react to. A watcher that sleeps through several changes of it
/// misses nothing: it reads history from its own position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signal {
    /// History reaches at least here.
    pub(super) revision: Revision,
    /// Counts requests for progress.
    pub(super) progress: u64,
    /// Counts lost leaders; a watch ends when it changes.
    pub(super) epoch: u64,
}

impl Shared {
    pub(super) fn new(state: State, limits: Limits) -> Shared {
        Shared { state: RwLock::new(state), signal: watch::Sender::new(Signal::default()), limits }
    }

    /// Lets `act` change the state, and tells watchers. Leases whose time is up are revoked before, so that
    /// nothing is written in the name of a lease that should be gone.
    pub(super) fn write<T>(&self, act: impl FnOnce(&mut State, Instant) -> T) -> T {
        let now = Instant::now();
        let (answer, revision) = {
            let mut state = self.state.write();
            state.revoke_overdue(now);
            (act(&mut state, now), state.revision())
        };
        self.signal.send_if_modified(|signal| {
            let rises = revision > signal.revision;
            signal.revision = signal.revision.max(revision);
            rises
        });
        answer
    }
}
