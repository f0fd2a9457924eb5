//! Whether storage answers, looked at every few seconds so that health checks cost storage nothing.

use crate::server::Server;
use pintle_storage::{Error, Storage};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const EVERY: Duration = Duration::from_secs(2);

/// Looks until it is stopped.
pub(super) async fn run(server: Arc<Server>) {
    let (healthy, ready) = (server.config.storage_health_timeout, server.config.storage_ready_timeout);
    let mut silent_since = None;
    loop {
        let answer = look(&*server.storage, healthy.max(ready)).await;
        let within = |most| answer.as_ref().is_ok_and(|took| *took <= most);
        server.set_storage_answers(within(healthy), within(ready));
        // Once is enough: the same line every two seconds would hide all others.
        match (&answer, silent_since) {
            (Err(silence), None) => {
                silent_since = Some(Instant::now());
                tracing::warn!(%silence, "storage does not answer");
            }
            (Ok(_), Some(since)) => {
                silent_since = None;
                tracing::info!(after = ?since.elapsed(), "storage answers again");
            }
            _ => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Why storage did not answer.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("{0}")]
    Failed(#[from] Error),
    #[error("no answer in {0:?}")]
    Late(Duration),
}

/// How long storage took for what has to be asked of a majority.
async fn look(storage: &dyn Storage, most: Duration) -> Result<Duration, Silence> {
    let begun = Instant::now();
    match tokio::time::timeout(most, storage.revision()).await {
        Ok(answer) => Ok(answer.map(|_| begun.elapsed())?),
        Err(_) => Err(Silence::Late(most)),
    }
}
