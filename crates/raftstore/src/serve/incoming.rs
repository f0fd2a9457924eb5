//! Connections, shaken hands with beside each other: one client that dawdles holds nobody up.

use super::authority::Mending;
use super::listener::{Listener, Listening};
use super::tls::ServerTls;
use futures_util::Stream;
use futures_util::stream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::transport::server::Connected;

/// How long a client may take to shake hands.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Clients that shake hands at a time; more wait in the kernel.
const HANDSHAKES_MAX: usize = 1024;
/// Connections that wait to be served.
const WAITING_MAX: usize = 64;

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection, whatever it runs over.
pub(super) struct Connection {
    stream: Box<dyn Duplex>,
    /// As long as what is read has to be looked at.
    mending: Option<Box<Mending>>,
}

impl Connection {
    fn new(stream: Box<dyn Duplex>) -> Connection {
        Connection { stream, mending: Some(Box::default()) }
    }
}

/// The connections that a listener takes, until `stop`.
///
/// # Errors
/// When the system lets nobody connect.
pub(super) fn incoming(
    listener: Listener,
    tls: Option<ServerTls>,
    stop: CancellationToken,
) -> io::Result<impl Stream<Item = io::Result<Connection>>> {
    let Listener { socket, tls: uses_tls, url } = listener;
    let socket = socket.listen()?;
    let (ready, connections) = mpsc::channel(WAITING_MAX);
    let tls = tls.filter(|_| uses_tls);
    let accepting = Accepting { socket, url, tls, ready, handshakes: TaskTracker::new() };
    let tasks = TaskTracker::new();
    tasks.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = accepting.run() => {}
        }
    });
    Ok(stream::unfold((connections, tasks), |(mut connections, tasks)| async move {
        connections.recv().await.map(|connection| (Ok(connection), (connections, tasks)))
    }))
}

struct Accepting {
    socket: Listening,
    url: String,
    tls: Option<ServerTls>,
    ready: mpsc::Sender<Connection>,
    handshakes: TaskTracker,
}

impl Accepting {
    async fn run(self) {
        loop {
            match self.accept().await {
                Ok(connection) => self.shake_hands(connection).await,
                Err(error) => {
                    // Out of file descriptors, most likely: give connections time to close.
                    tracing::warn!(%error, url = self.url, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Duplex>> {
        match &self.socket {
            Listening::Tcp(socket) => {
                let (stream, _) = socket.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Listening::Unix(socket, _) => Ok(Box::new(socket.accept().await?.0)),
        }
    }

    async fn shake_hands(&self, connection: Box<dyn Duplex>) {
        let Some(tls) = &self.tls else {
            // Nobody to serve it any more: the node stops.
            let _ = self.ready.send(Connection::new(connection)).await;
            return;
        };
        while self.handshakes.len() >= HANDSHAKES_MAX {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (config, ready) = (tls.current().await, self.ready.clone());
        self.handshakes.spawn(async move {
            let shaking = TlsAcceptor::from(config).accept(connection);
            match tokio::time::timeout(HANDSHAKE_MAX, shaking).await {
                Ok(Ok(stream)) => drop(ready.send(Connection::new(Box::new(stream))).await),
                Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                Err(_) => tracing::debug!("TLS handshake took too long"),
            }
        });
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Connection { stream, mending } = &mut *self;
        if let Some(mends) = mending {
            let read = mends.poll_read(Pin::new(stream), cx, buffer);
            if mends.is_over() {
                *mending = None;
            }
            return read;
        }
        Pin::new(stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
