//! The edge: TLS, HTTP, and what a request asks for, before anybody asks who sent it.
//!
//! After this stage a request has an id, a deadline and a [`RequestInfo`]; its body is still unread.

mod batch;
mod body;
mod content_type;
mod info;
mod leaving;
mod listen;
mod patience;
mod query;
mod tls;

pub use body::{BODY_MAX, read_body};
pub use content_type::content_type;
pub use info::RequestInfo;
pub use listen::{Listener, serve};
pub use query::Query;
pub use tls::{Identity, TlsConfig, TlsError};

use crate::request::reply::{self, Response};
use crate::server::Server;
use hyper::body::Incoming;
use pintle_meta::Status;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a write of one object may take, whatever the client or the server's own limit allow.
const WRITE_MAX: Duration = Duration::from_secs(34);

/// The connection a request came by.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it came from.
    pub address: SocketAddr,
    /// The client certificate chain as presented, leaf first; possession is proven, trust is not.
    pub certificates: Arc<[rustls::pki_types::CertificateDer<'static>]>,
    /// Who the certificate says it is, worked out once per connection.
    pub identity: Arc<Identity>,
    /// Cancelled when what stays open on this connection by its nature is to end, so that the client goes elsewhere.
    pub leaving: CancellationToken,
}

/// A request as it arrived.
#[derive(Debug)]
pub struct Received {
    /// Names the request in answers, logs and the audit trail.
    pub audit_id: String,
    /// What it asks for.
    pub info: RequestInfo,
    /// Its query.
    pub query: Query,
    /// Method, URI and headers.
    pub head: Arc<http::request::Parts>,
    /// The body, unread.
    pub body: Incoming,
    /// Who is at the other end.
    pub peer: Peer,
    /// When an answer is due; `None` for watches and streams.
    pub deadline: Option<Instant>,
}

/// Takes a request in.
///
/// # Errors
/// 400 for a timeout that is no duration, 500 for a path that can't be understood.
pub fn receive(server: &Server, request: http::Request<Incoming>, peer: Peer) -> Result<Received, Refused> {
    let (head, body) = request.into_parts();
    let audit_id = audit_id(server, &head.headers);
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let info = match RequestInfo::of(&head.method, head.uri.path(), &query) {
        Ok(info) => info,
        Err(text) => return Err(Refused { audit_id, answer: Box::new(not_understood(text, &head.uri)) }),
    };
    match deadline(server.config.request_timeout, &info, &query) {
        Ok(deadline) => Ok(Received { audit_id, info, query, head: Arc::new(head), body, peer, deadline }),
        Err(status) => Err(Refused { audit_id, answer: Box::new(reply::status(&head, &status)) }),
    }
}

/// Plain text, for without a RequestInfo nobody knows what form an answer should have.
fn not_understood(why: &str, uri: &http::Uri) -> Response {
    let address = uri.path_and_query().map_or("/", |address| address.as_str());
    let shown = address.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = pintle_meta::field::go_quote(&shown);
    let text = format!("failed to create RequestInfo: {why}, {shown}");
    reply::text(500, format!("Internal Server Error: {quoted}: {text}\n"))
}

/// A request that could not be taken in.
#[derive(Debug)]
pub struct Refused {
    /// Names the request in the answer.
    pub audit_id: String,
    /// Says why.
    pub answer: Box<Response>,
}

/// The client's id when it sent one, else a new one.
fn audit_id(server: &Server, headers: &http::HeaderMap) -> String {
    let sent = headers.get("audit-id").and_then(|value| value.to_str().ok());
    match sent.filter(|id| !id.is_empty()) {
        Some(id) => id.to_owned(),
        None => server.sources.uuid(),
    }
}

/// `?timeout=`, at most the server's own; none for requests that stay open.
fn deadline(most: Duration, info: &RequestInfo, query: &Query) -> Result<Option<Instant>, Status> {
    if info.is_long_running() {
        return Ok(None);
    }
    let asked = match query.first("timeout").filter(|text| !text.is_empty()) {
        Some(text) => parse_timeout(text)?,
        None => None,
    };
    let most = if is_write(info) { most.min(WRITE_MAX) } else { most };
    Ok(Some(Instant::now() + asked.unwrap_or(most).min(most)))
}

fn is_write(info: &RequestInfo) -> bool {
    info.is_resource && matches!(info.verb.as_str(), "create" | "update" | "patch" | "delete")
}

/// The duration that `text` names; `None` for nothing or less, which asks for no limit of its own.
fn parse_timeout(text: &str) -> Result<Option<Duration>, Status> {
    let parsed = pintle_meta::time::Duration::parse(text).map_err(|error| {
        Status::bad_request(format!("invalid timeout specified in the request URL - {error}"))
    })?;
    Ok(u64::try_from(parsed.nanos()).ok().filter(|nanos| *nanos > 0).map(Duration::from_nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_timeout_shortens_the_server_s_own() {
        const MOST: Duration = Duration::from_secs(60);
        let left = |query: &str| {
            let read = deadline(MOST, &RequestInfo::default(), &Query::parse(query));
            read.map(|deadline| deadline.unwrap() - Instant::now()).map_err(|status| status.message)
        };
        assert_eq!(left("timeout=1500ms"), Ok(Duration::from_millis(1500)));
        for query in ["", "timeout=", "timeout=0s", "timeout=-5s", "timeout=1h"] {
            assert_eq!(left(query), Ok(MOST), "{query}");
        }
        let words = "invalid timeout specified in the request URL - time: missing unit in duration \"5\"";
        assert_eq!(left("timeout=5"), Err(words.to_owned()));
        let write = RequestInfo { is_resource: true, verb: "patch".into(), ..RequestInfo::default() };
        let until = deadline(MOST, &write, &Query::parse("timeout=1m")).unwrap().unwrap();
        assert_eq!(until - Instant::now(), WRITE_MAX);
        let watch = RequestInfo { verb: "watch".into(), ..RequestInfo::default() };
        assert_eq!(deadline(MOST, &watch, &Query::parse("timeout=x")).unwrap(), None);
    }

    #[test]
    fn what_can_t_be_understood_is_told_in_plain_text() {
        let answer = not_understood(
            "unable to determine kind and namespace from url",
            &"/api/v1/watch?a=1&b".parse().unwrap(),
        );
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    }
}
