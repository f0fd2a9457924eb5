//! Connections: accepted, shaken hands with, served over h1 or h2, and let go in peace at the end.

use super::batch::batched;
use super::leaving::Leaving;
use super::patience::{Patient, Turn, Turns};
use super::{Peer, TlsConfig};
use crate::request::answer;
use crate::request::reply::Response;
use crate::server::Server;
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::pki_types::UnixTime;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take to shake hands.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// What one h2 stream may have waiting to be sent, in bytes: thousands of watches share a connection's memory.
const SEND_BUFFER_MAX: usize = 64 * 1024;
/// How large the head of an h2 request may be, in bytes: as much as Go's servers take, for selectors can be long.
const HEAD_MAX: u32 = 1024 * 1024;
/// How much a client may send on one h2 stream before we read it, in bytes.
const STREAM_WINDOW: u32 = 256 * 1024;
/// How long open requests get to finish when the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(60);

/// A bound port that is not served yet.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    /// Where it listens; the port is real even when 0 was asked for.
    pub address: SocketAddr,
}

impl Listener {
    /// Binds `address`.
    ///
    /// # Errors
    /// What the system says, with the address in it.
    pub async fn bind(address: SocketAddr) -> io::Result<Listener> {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"));
        let tcp = TcpListener::bind(address).await.map_err(named)?;
        let address = tcp.local_addr().map_err(named)?;
        Ok(Listener { tcp, address })
    }
}

/// Serves connections until `stop`, then lets open requests finish for a while.
pub async fn serve(server: Arc<Server>, listener: Listener, tls: TlsConfig, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let acceptor = TlsAcceptor::from(Arc::clone(&tls.server));
    let tls = Arc::new(tls);
    loop {
        let accepted = tokio::select! {
            accepted = listener.tcp.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let (server, tls, acceptor) = (Arc::clone(&server), Arc::clone(&tls), acceptor.clone());
                connections.spawn(connection(server, tls, acceptor, stream, address, Leaving::new(&stop)));
            }
            Err(error) => {
                // Out of file descriptors, most likely: give connections time to close.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN_MAX, connections.wait()).await.is_err() {
        tracing::warn!("some requests did not finish in time and are cut off");
    }
}

async fn connection(
    server: Arc<Server>,
    tls: Arc<TlsConfig>,
    acceptor: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
    leaving: Leaving,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%address, %error, "cannot turn off Nagle's algorithm");
    }
    let stream = match tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%address, %error, "TLS handshake failed"),
        Err(_) => return tracing::debug!(%address, "TLS handshake took too long"),
    };
    let chain: Arc<[_]> =
        stream.get_ref().1.peer_certificates().unwrap_or_default().iter().cloned().collect();
    let now = UnixTime::since_unix_epoch(server.sources.since_epoch());
    let identity = Arc::new(tls.identify(&chain, now));
    let peer = Peer { address, certificates: chain, identity, leaving: leaving.streams() };
    let turns = Turns::default();
    let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = Patient::new(stream, h2, turns.clone());
    let (sources, settings) = (server.sources, server.config.connections);
    let by_chance = leaving.clone();
    let service = service_fn(move |request: http::Request<Incoming>| {
        // As in the reference, over h2 only: h1 has enough connections.
        if h2 {
            by_chance.dice(sources, settings.goaway_chance);
        }
        let (server, peer, turn) = (Arc::clone(&server), peer.clone(), turns.begin());
        answered(server, request, peer, turn)
    });
    let builder = connection_builder(settings.streams_max);
    let (stream, batch) = batched(stream);
    let served = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = leaving.serve(served.into_owned(), batch, sources, &settings).await {
        tracing::debug!(%address, %error, "connection ended");
    }
}

/// The answer, in memory of its own: a watch outlives by far the work that its answer took, and must not hold room for it.
fn answered(
    server: Arc<Server>,
    request: http::Request<Incoming>,
    peer: Peer,
    turn: Turn,
) -> BoxFuture<'static, Result<Response, Infallible>> {
    Box::pin(async move { Ok(turn.answered(answer(server, request, peer).await)) })
}

fn connection_builder(streams_max: u32) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Without a timer hyper does not limit heads by itself: Patient does.
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(streams_max)
        .max_header_list_size(HEAD_MAX)
        .max_send_buf_size(SEND_BUFFER_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(4 * STREAM_WINDOW)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(15));
    builder
}
