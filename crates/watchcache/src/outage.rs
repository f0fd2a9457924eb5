//! What the log says when storage is away: once that it is, and once that it is back, however many lanes notice and
//! however often they try.

use parking_lot::Mutex;
use pintle_storage::Error;
use tokio::time::Instant;

/// The lanes that hear nothing of storage.
#[derive(Debug, Default)]
pub(crate) struct Outage(Mutex<Lost>);

#[derive(Debug, Default)]
struct Lost {
    lanes: usize,
    /// Since when one of them or another hears nothing.
    since: Option<Instant>,
}

impl Outage {
    /// A lane hears nothing any more, because of `error`. Each lane says so once, until it says that it is over.
    pub(crate) fn begins(&self, error: &Error) {
        let mut lost = self.0.lock();
        lost.lanes += 1;
        if lost.since.is_none() {
            lost.since = Some(Instant::now());
            drop(lost);
            tracing::warn!(%error, "changes do not arrive from storage; trying again until they do");
        }
    }

    /// A lane hears of storage again.
    pub(crate) fn over(&self) {
        let mut lost = self.0.lock();
        lost.lanes = lost.lanes.saturating_sub(1);
        if lost.lanes == 0
            && let Some(since) = lost.since.take()
        {
            drop(lost);
            tracing::info!(after = ?since.elapsed(), "changes arrive from storage again");
        }
    }
}
