//! Whether storage answers, looked at every few seconds so that health checks cost storage nothing.

use crate::server::Server;
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(2);
/// As long as the reference gives etcd.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// Looks until it is stopped.
pub(super) async fn run(server: Arc<Server>) {
    loop {
        let answers = match tokio::time::timeout(ANSWER_MAX, server.storage.revision()).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "storage does not answer");
                false
            }
            Err(_) => {
                tracing::warn!("storage does not answer in time");
                false
            }
        };
        server.set_storage_answers(answers);
        tokio::time::sleep(EVERY).await;
    }
}
