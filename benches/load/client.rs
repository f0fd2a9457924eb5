//! Connections to the server: HTTP/2 over TLS, many requests on each.

use crate::failure::Failure;
use crate::place::Place;
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// What a stream may have on its way to us, in bytes: enough for a list, little enough that one which is not read stands
/// still soon.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    place: Place,
    /// What moves bytes between the sender and the server; ends with the last client on the connection.
    _connection: Arc<JoinSet<()>>,
}

/// What to ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) accept: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) gzip: bool,
    pub(crate) body: Bytes,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Client {
    /// Opens a connection.
    ///
    /// # Errors
    /// When there is no such server, or it is not believed.
    pub(crate) async fn connect(place: &Place) -> Result<Client, Failure> {
        Client::with_windows(place, STREAM_WINDOW, CONNECTION_WINDOW).await
    }

    /// One that soon holds its server up when it does not read.
    ///
    /// # Errors
    /// As [`connect`](Client::connect).
    pub(crate) async fn narrow(place: &Place) -> Result<Client, Failure> {
        Client::with_windows(place, 16 << 10, 64 << 10).await
    }

    async fn with_windows(place: &Place, stream: u32, connection: u32) -> Result<Client, Failure> {
        let unreachable = |error: std::io::Error| Failure::Unreachable {
            server: place.authority.clone(),
            why: error.to_string(),
        };
        let tcp = TcpStream::connect(&place.authority).await.map_err(unreachable)?;
        tcp.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(&place.tls));
        let tls = connector.connect(place.name.clone(), tcp).await.map_err(unreachable)?;
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(stream).initial_connection_window_size(connection);
        let (sender, connection) = builder.handshake(TokioIo::new(tls)).await?;
        let mut owner = JoinSet::new();
        owner.spawn(async move {
            // Whoever waits for an answer on it is told.
            let _ended = connection.await;
        });
        Ok(Client { sender, place: place.clone(), _connection: Arc::new(owner) })
    }

    /// Another sender on the same connection.
    pub(crate) fn share(&self) -> Client {
        Client {
            sender: self.sender.clone(),
            place: self.place.clone(),
            _connection: Arc::clone(&self._connection),
        }
    }

    /// Asks, and reads the answer to its end, whatever it is.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn ask(&mut self, ask: &Ask<'_>) -> Result<Answer, Failure> {
        let (status, body) = self.open(ask).await?;
        Ok(Answer { status, body: body.collect().await?.to_bytes() })
    }

    /// The same, when nothing but success will do.
    ///
    /// # Errors
    /// The server's own words.
    pub(crate) async fn must(&mut self, ask: &Ask<'_>) -> Result<Bytes, Failure> {
        let Answer { status, body } = self.ask(ask).await?;
        if status.is_success() {
            return Ok(body);
        }
        let words = String::from_utf8_lossy(&body);
        Err(Failure::Server(format!("{} {}: {status}: {}", ask.method, ask.path, words.trim_end())))
    }

    /// Asks, and answers the body as it comes.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn open(&mut self, ask: &Ask<'_>) -> Result<(StatusCode, Incoming), Failure> {
        let uri = format!("https://{}{}", self.place.authority, ask.path);
        let mut request = Request::builder().method(ask.method).uri(uri);
        for (name, value) in [(header::ACCEPT, ask.accept), (header::CONTENT_TYPE, ask.content_type)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        if ask.gzip {
            request = request.header(header::ACCEPT_ENCODING, "gzip");
        }
        if let Some(token) = &self.place.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.sender.ready().await?;
        let (head, body) =
            self.sender.send_request(request.body(Full::new(ask.body.clone()))?).await?.into_parts();
        Ok((head.status, body))
    }
}
