//! Asks storage for progress when a reader waits for a revision that a stream may never deliver by itself, because it
//! belongs to a key outside of the stream's range.

use std::sync::Arc;

use pintle_storage::Storage;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::config::Timing;
use crate::lane::Lane;

/// Until somebody drops it: asks soon when somebody begins to wait, again while somebody waits, and now and then when
/// nobody does.
pub(crate) async fn run(
    storage: Arc<dyn Storage>,
    lanes: Vec<Arc<Lane>>,
    wanted: Arc<Notify>,
    timing: Timing,
) {
    let is_awaited = || lanes.iter().any(|lane| lane.reached.is_awaited());
    loop {
        let pause = if is_awaited() { timing.progress_every } else { timing.progress_idle };
        if timeout(pause, wanted.notified()).await.is_ok() {
            // Mostly the stream is there before this is over.
            sleep(timing.progress_grace).await;
            if !is_awaited() {
                continue;
            }
        }
        // What it answers does not matter: if no progress comes, it is asked again.
        if let Err(error) = storage.request_progress().await {
            tracing::debug!(%error, "progress request failed");
        }
    }
}
