//! The life of a request. Read [`respond`] from top to bottom: each stage consumes what the one before it made,
//! so none can be left out.
//!
//! ```text
//! receive > authenticate > authorize > route -+-> read   (get, list, watch: from the watch cache)
//!                                             +-> write  (decode, compute, admit, commit)
//!                                             +-> discovery, openapi, health, version
//! ```

pub mod authenticate;
pub mod authorize;
pub mod read;
pub mod receive;
pub mod reply;
pub mod route;
pub mod write;

use crate::server::Server;
use futures_util::FutureExt;
use hyper::body::Incoming;
use pintle_meta::Status;
use receive::{Peer, Received};
use reply::{Response, Warnings};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::time::Instant;

/// Answers one request, whatever happens: errors become a Status, a panic becomes 500, lateness becomes 504.
pub async fn answer(server: Arc<Server>, request: http::Request<Incoming>, peer: Peer) -> Response {
    let only_head = request.method() == http::Method::HEAD;
    let response = answer_whole(server, request, peer).await;
    if only_head { reply::without_body(response) } else { response }
}

async fn answer_whole(server: Arc<Server>, request: http::Request<Incoming>, peer: Peer) -> Response {
    let warnings = Arc::new(Warnings::default());
    let received = match receive::receive(&server, request, peer) {
        Ok(received) => received,
        Err(refused) => {
            return reply::finish(*refused.answer, &refused.audit_id, &warnings);
        }
    };
    let (head, audit_id, deadline) =
        (Arc::clone(&received.head), received.audit_id.clone(), received.deadline);
    let response = match guard(deadline, respond(server, received, Arc::clone(&warnings))).await {
        Ended::Answered(Ok(response)) => response,
        Ended::Answered(Err(status)) => reply::status(&head, &status),
        Ended::Panicked => {
            tracing::error!(%audit_id, path = head.uri.path(), "a request panicked");
            let text = "This request caused apiserver to panic. Look in the logs for details.\n";
            reply::text(500, text)
        }
        Ended::Late => {
            let late = "request did not complete within requested timeout - context deadline exceeded";
            reply::status(&head, &Status::timeout(late, 0))
        }
    };
    reply::finish(reply::compressed(&head.headers, response), &audit_id, &warnings)
}

async fn respond(
    server: Arc<Server>,
    received: Received,
    warnings: Arc<Warnings>,
) -> Result<Response, Status> {
    // Who is asking comes before everything that costs: strangers must be cheap.
    let authenticated = authenticate::authenticate(&server, received)?;
    // Permission comes before existence: who may not look must not learn what is there.
    let authorized = authorize::authorize(&server, authenticated)?;
    route::route(server, authorized, warnings).await
}

/// How the work on a request ended.
#[derive(Debug, PartialEq)]
enum Ended<T> {
    /// It came to an answer.
    Answered(T),
    /// It panicked; the server goes on.
    Panicked,
    /// It took too long and was dropped.
    Late,
}

/// Does a request's work until `deadline`, whatever becomes of it.
async fn guard<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Ended<T> {
    let work = AssertUnwindSafe(work).catch_unwind();
    let done = match deadline {
        Some(deadline) => match tokio::time::timeout_at(deadline, work).await {
            Ok(done) => done,
            Err(_elapsed) => return Ended::Late,
        },
        None => work.await,
    };
    done.map_or(Ended::Panicked, Ended::Answered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn neither_a_panic_nor_a_standstill_outlives_its_request() {
        let soon = Some(Instant::now() + Duration::from_secs(1));
        assert_eq!(guard(soon, async { 7 }).await, Ended::Answered(7));
        assert_eq!(guard(None, async { panic!("on purpose") }).await, Ended::<()>::Panicked);
        assert_eq!(guard(soon, std::future::pending::<()>()).await, Ended::Late);
    }
}
