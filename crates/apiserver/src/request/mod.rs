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

/// Answers one request, whatever happens: errors become a Status, a panic becomes 500, lateness becomes 504.
pub async fn answer(server: Arc<Server>, request: http::Request<Incoming>, peer: Peer) -> Response {
    let warnings = Arc::new(Warnings::default());
    let received = match receive::receive(&server, request, peer) {
        Ok(received) => received,
        Err(refused) => {
            return reply::finish(
                reply::status(&refused.head, &refused.status),
                &refused.audit_id,
                &warnings,
            );
        }
    };
    let (head, audit_id, deadline) =
        (Arc::clone(&received.head), received.audit_id.clone(), received.deadline);
    let guarded = AssertUnwindSafe(respond(server, received, Arc::clone(&warnings))).catch_unwind();
    let outcome = match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, guarded).await,
        None => Ok(guarded.await),
    };
    let response = match outcome {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(status))) => reply::status(&head, &status),
        Ok(Err(_panic)) => {
            tracing::error!(%audit_id, path = head.uri.path(), "a request panicked");
            let text = "This request caused apiserver to panic. Look in the logs for details.";
            reply::text(500, text)
        }
        Err(_elapsed) => {
            let late = "request did not complete within requested timeout - context deadline exceeded";
            reply::status(&head, &Status::timeout(late, 0))
        }
    };
    reply::finish(response, &audit_id, &warnings)
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
