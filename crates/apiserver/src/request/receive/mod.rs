//! The edge: TLS, HTTP, and what a request asks for, before anybody asks who sent it.
//!
//! After this stage a request has an id, a deadline and a [`RequestInfo`]; its body is still unread.

mod body;
mod info;
mod listen;
mod query;
mod tls;

pub use body::{BODY_MAX, read_body};
pub use info::RequestInfo;
pub use listen::{Listener, serve};
pub use query::Query;
pub use tls::{Identity, TlsConfig, TlsError};

use crate::server::Server;
use hyper::body::Incoming;
use pintle_meta::Status;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The connection a request came by.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it came from.
    pub address: SocketAddr,
    /// The client certificate chain as presented, leaf first; possession is proven, trust is not.
    pub certificates: Arc<[rustls::pki_types::CertificateDer<'static>]>,
    /// Who the certificate says it is, worked out once per connection.
    pub identity: Arc<Identity>,
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
        Err(text) => {
            return Err(Refused { audit_id, status: Status::unclassified(text), head: Arc::new(head) });
        }
    };
    match deadline(server, &info, &query) {
        Ok(deadline) => Ok(Received { audit_id, info, query, head: Arc::new(head), body, peer, deadline }),
        Err(status) => Err(Refused { audit_id, status, head: Arc::new(head) }),
    }
}

/// A request that could not be taken in.
#[derive(Debug)]
pub struct Refused {
    /// Names the request in the answer.
    pub audit_id: String,
    /// Why.
    pub status: Status,
    /// What arrived, for negotiating the answer.
    pub head: Arc<http::request::Parts>,
}

/// The client's id when it sent a usable one, else a new one.
fn audit_id(server: &Server, headers: &http::HeaderMap) -> String {
    const LENGTH_MAX: usize = 64;
    let sent = headers.get("audit-id").and_then(|value| value.to_str().ok());
    match sent.filter(|id| !id.is_empty() && id.len() <= LENGTH_MAX) {
        Some(id) => id.to_owned(),
        None => server.sources.uuid(),
    }
}

/// `?timeout=`, at most the server's own; none for requests that stay open.
fn deadline(server: &Server, info: &RequestInfo, query: &Query) -> Result<Option<Instant>, Status> {
    if info.is_long_running() {
        return Ok(None);
    }
    let most = server.config.request_timeout;
    let asked = match query.first("timeout").filter(|text| !text.is_empty()) {
        Some(text) => parse_timeout(text)?,
        None => most,
    };
    Ok(Some(Instant::now() + asked.min(most)))
}

fn parse_timeout(text: &str) -> Result<Duration, Status> {
    let parsed = pintle_meta::time::Duration::parse(text).map_err(|error| {
        Status::bad_request(format!("invalid timeout specified in the request URL - {error}"))
    })?;
    let nanos = u64::try_from(parsed.nanos()).ok().filter(|nanos| *nanos > 0);
    let problem = "invalid timeout specified in the request URL - must be greater than zero";
    nanos.map(Duration::from_nanos).ok_or_else(|| Status::bad_request(problem))
}
