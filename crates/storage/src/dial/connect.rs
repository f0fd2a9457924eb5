//! Makes a connection: socket, TLS if asked for, HTTP/2.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http2::Builder;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::address::{Address, Target};
use super::tls::TlsSource;
use super::transport::Transport;

/// What one stream may have under way to us. A long list comes in few round trips; all that is received is read
/// at once, so the windows bound what the network holds, not what we keep.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// A connection with calls on it that has been silent for so long is asked for a sign of life, and is given up
/// without one. Not asked more often than every 5 s nor without calls: etcd ends connections that do.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// Does the connection's work until it ends. Nothing moves unless it is polled.
pub type Driver = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The system refused, or the handshake failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The host's name.
    #[error("{0} can be no name in a certificate")]
    Name(Box<str>),
    /// The other side does not speak HTTP/2.
    #[error("{0}")]
    Http(#[from] hyper::Error),
}

/// Connects, and shakes hands. The driver must be polled for anything to move.
///
/// # Errors
/// [`DialError`].
pub async fn dial(address: &Address, tls: Option<&Arc<TlsSource>>) -> Result<(Transport, Driver), DialError> {
    match &address.target {
        Target::Unix(path) => over(UnixStream::connect(path).await?).await,
        Target::Tcp { host, port, .. } => {
            let socket = TcpStream::connect((&**host, *port)).await?;
            socket.set_nodelay(true)?;
            let Some(tls) = tls else { return over(socket).await };
            let name = ServerName::try_from(host.to_string()).map_err(|_| DialError::Name(host.clone()))?;
            let connector = TlsConnector::from(tls.current().await);
            over(connector.connect(name, socket).await?).await
        }
    }
}

async fn over(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<(Transport, Driver), DialError> {
    let (requests, connection) = Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(false)
        .handshake(TokioIo::new(socket))
        .await?;
    Ok((Transport::new(requests), Box::pin(connection)))
}
