//! What operators ask a member over HTTP: numbers, and whether it is well. etcd's paths and answers.

use super::failed;
use crate::failure::Failure;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use pintle_raftstore::embedded::ETCD_VERSION;
use pintle_raftstore::log::{FSYNC_BUCKETS, FSYNC_SECONDS};
use pintle_raftstore::node::{self, Node};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a member may take to prove that it is well.
const WELL_MAX: Duration = Duration::from_secs(5);

/// Who is asked.
#[derive(Clone)]
struct Asked {
    node: Node,
    numbers: PrometheusHandle,
}

/// Begins to collect numbers. Once for a process.
///
/// # Errors
/// When something collects them already.
pub(super) fn collect() -> Result<PrometheusHandle, Failure> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(FSYNC_SECONDS.to_owned()), &FSYNC_BUCKETS)
        .map_err(failed)?;
    let numbers = builder.install_recorder().map_err(failed)?;
    node::describe();
    Ok(numbers)
}

/// Binds what `url` names: plain HTTP, as etcd's `--listen-metrics-urls` mostly are.
///
/// # Errors
/// What the system says.
pub(super) async fn bind(url: &str) -> Result<TcpListener, Failure> {
    let address =
        url.strip_prefix("http://").ok_or_else(|| failed(format!("{url}: only http:// is served")))?;
    TcpListener::bind(address.trim_end_matches('/')).await.map_err(|error| failed(format!("{url}: {error}")))
}

/// Serves until `stop`.
///
/// # Errors
/// What the system says.
pub(super) async fn serve(
    listener: TcpListener,
    node: Node,
    numbers: PrometheusHandle,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let routes = Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/version", get(version))
        .with_state(Asked { node, numbers });
    let serving = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned());
    serving.await.map_err(failed)
}

async fn metrics(State(asked): State<Asked>) -> Response {
    asked.node.observe();
    asked.numbers.run_upkeep();
    let text = asked.numbers.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// As etcd: well is who has a leader and gets a linearizable read answered.
async fn health(State(asked): State<Asked>) -> Response {
    let (code, text) = match ill(&asked.node).await {
        None => (StatusCode::OK, r#"{"health":"true","reason":""}"#.to_owned()),
        Some(reason) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!(r#"{{"health":"false","reason":"{reason}"}}"#))
        }
    };
    (code, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The process answers.
async fn livez() -> &'static str {
    "ok\n"
}

async fn readyz(State(asked): State<Asked>) -> Response {
    match ill(&asked.node).await {
        None => "ok\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn version() -> Response {
    let text = format!(r#"{{"etcdserver":"{ETCD_VERSION}","etcdcluster":"3.6.0","storage":"3.6.0"}}"#);
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Why it is not well.
async fn ill(node: &Node) -> Option<&'static str> {
    if !node.has_leader() {
        return Some("RAFT NO LEADER");
    }
    match tokio::time::timeout(WELL_MAX, node.linearize()).await {
        Ok(Ok(())) => None,
        Ok(Err(_)) => Some("READ INDEX ERROR"),
        Err(_) => Some("READ INDEX TIMED OUT"),
    }
}
