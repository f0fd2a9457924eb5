//! What operators ask a member over HTTP: numbers, and whether it is well. etcd's paths and answers.

use super::failed;
use crate::failure::Failure;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use pintle_raftstore::embedded::ETCD_VERSION;
use pintle_raftstore::log::{FSYNC_BUCKETS, FSYNC_SECONDS};
use pintle_raftstore::node::{self, AlarmKind, Node};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::service::Routes;

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

/// etcd's services, with the paths of probes and collectors beside them: clients' addresses have both.
pub(super) fn beside(services: Routes, node: Node, numbers: PrometheusHandle) -> Routes {
    let router = services.into_axum_router().merge(routes(node, numbers)).fallback(unknown);
    let mut services = Routes::default();
    *services.axum_router_mut() = router;
    services
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
    let serving = axum::serve(listener, routes(node, numbers)).with_graceful_shutdown(stop.cancelled_owned());
    serving.await.map_err(failed)
}

fn routes(node: Node, numbers: PrometheusHandle) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/version", get(version))
        .with_state(Asked { node, numbers })
}

/// A probe that asks for what is not there must not take the answer for a good one, which gRPC's is to its eyes.
async fn unknown(uri: Uri, headers: HeaderMap) -> Response {
    let content = headers.get(header::CONTENT_TYPE).map(|content| content.as_bytes());
    if !content.is_some_and(|content| content.starts_with(b"application/grpc")) {
        return (StatusCode::NOT_FOUND, "404 page not found\n").into_response();
    }
    let service = uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    Status::unimplemented(format!("unknown service {service}")).into_http()
}

async fn metrics(State(asked): State<Asked>) -> Response {
    asked.node.observe();
    asked.numbers.run_upkeep();
    let text = asked.numbers.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// As etcd: well is who has no alarm that is not excluded, has a leader, and gets a linearizable read answered; with
/// `serializable=true` it does without the others.
async fn health(State(asked): State<Asked>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let is_asked = |parameter: &str| query.split('&').any(|given| given == parameter);
    let alarms = asked.node.alarms();
    let alarm = alarms.iter().map(|alarm| match alarm.kind {
        AlarmKind::NoSpace => ("exclude=NOSPACE", "ALARM NOSPACE"),
        AlarmKind::Corrupt => ("exclude=CORRUPT", "ALARM CORRUPT"),
    });
    let reason = match alarm.into_iter().find(|(exclude, _)| !is_asked(exclude)) {
        Some((_, reason)) => Some(reason),
        None if is_asked("serializable=true") => None,
        None => ill(&asked.node).await,
    };
    let (code, text) = match reason {
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

/// As etcd's: it answers reads of all kinds, votes, and no member is corrupt.
async fn readyz(State(asked): State<Asked>) -> Response {
    let is_corrupt = asked.node.alarms().iter().any(|alarm| alarm.kind == AlarmKind::Corrupt);
    let reason = match () {
        () if is_corrupt => Some("ALARM CORRUPT"),
        () if asked.node.is_learner() => Some("LEARNER"),
        () => ill(&asked.node).await,
    };
    match reason {
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
