//! Listening: sockets, TLS whose files may change, and services on them until the node stops.

mod allowed;
mod authority;
mod incoming;
mod listener;
mod tls;

pub use allowed::Allowed;
pub use listener::{ListenError, Listener};
pub use tls::{ServerTls, TlsError, TlsFiles};

use incoming::incoming;
use std::io;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;

/// Streams that one connection may have open: a frontend has thousands of requests under way on few connections.
const STREAMS_MAX: u32 = 10_000;
/// What a client may send on one stream, and on one connection, before it is read.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// How often a silent connection is asked whether anybody is there, and how long it has to answer.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long what is under way gets when the node stops; streams that stay are ended by then.
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// Serves gRPC on a listener until `stop`, and ends what is under way in order.
///
/// # Errors
/// What the system or the server says when it can't go on.
pub async fn serve(
    listener: Listener,
    tls: Option<ServerTls>,
    routes: Routes,
    stop: CancellationToken,
) -> io::Result<()> {
    let connections = incoming(listener, tls, stop.clone())?;
    let serving = Server::builder()
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_TIMEOUT))
        .tcp_nodelay(true)
        // Probes ask for /health and the like on the addresses of clients, as etcd lets them.
        .accept_http1(true)
        .add_routes(routes)
        .serve_with_incoming_shutdown(connections, stop.clone().cancelled_owned());
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN_MAX).await;
    };
    tokio::select! {
        served = serving => served.map_err(io::Error::other),
        () = late => Ok(()),
    }
}
