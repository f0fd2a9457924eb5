//! HTTP by hand, over either protocol: every header as it came, every request as it was made.

use crate::server::Server;
use crate::tls::{Who, dial};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

/// How long any answer may take; a test that waits longer has hung.
const ANSWER_MAX: Duration = Duration::from_secs(90);

/// Which HTTP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Protocol {
    /// HTTP/1.1.
    H1,
    /// HTTP/2.
    H2,
}

impl Protocol {
    /// Both.
    pub const ALL: [Protocol; 2] = [Protocol::H1, Protocol::H2];
}

/// A connection; requests on it follow one another.
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    /// Drives the connection, and ends with it.
    _driver: JoinSet<()>,
}

#[derive(Debug)]
enum Sender {
    H1(http1::SendRequest<Full<Bytes>>),
    H2(http2::SendRequest<Full<Bytes>>),
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Every header.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Server {
    /// Opens a connection.
    pub async fn connect(&self, who: Who, protocol: Protocol) -> Connection {
        Connection::over(self.tls(who, &[protocol.name()]).await, protocol).await.unwrap()
    }
}

impl Protocol {
    /// As TLS calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Protocol::H1 => "http/1.1",
            Protocol::H2 => "h2",
        }
    }
}

impl Connection {
    /// Opens one to whoever shows this certificate at this address.
    ///
    /// # Errors
    /// When nobody does.
    pub async fn to(address: SocketAddr, trusted: &Path, protocol: Protocol) -> io::Result<Connection> {
        let tls = dial(address, trusted, None, &[protocol.name()]).await?;
        Connection::over(tls, protocol).await.map_err(io::Error::other)
    }

    /// Speaks HTTP on a connection that has agreed to this protocol.
    ///
    /// # Errors
    /// When the server closes it instead.
    pub(crate) async fn over(tls: TlsStream<TcpStream>, protocol: Protocol) -> hyper::Result<Connection> {
        let (io, mut driver) = (TokioIo::new(tls), JoinSet::new());
        let sender = match protocol {
            Protocol::H1 => {
                let (sender, connection) = http1::handshake(io).await?;
                driver.spawn(async { drop(connection.await) });
                Sender::H1(sender)
            }
            Protocol::H2 => {
                let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
                driver.spawn(async { drop(connection.await) });
                Sender::H2(sender)
            }
        };
        Ok(Connection { sender, _driver: driver })
    }

    /// Sends, and reads the whole answer.
    ///
    /// # Errors
    /// When the server closes the connection instead.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Reply> {
        let exchange = async {
            let (head, body) = self.open(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
        };
        timeout(ANSWER_MAX, exchange).await.expect("an answer in time")
    }

    /// Sends, and leaves the body of the answer to be read as it comes.
    ///
    /// # Errors
    /// When the server closes the connection instead.
    pub async fn open(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match &mut self.sender {
            Sender::H1(sender) => sender.send_request(request).await,
            Sender::H2(sender) => sender.send_request(request).await,
        }
    }

    /// GET with these headers.
    pub async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(request("GET", path, headers, "")).await.unwrap()
    }

    /// POST of a JSON text.
    pub async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Reply {
        self.send(request("POST", path, &[("content-type", "application/json")], body)).await.unwrap()
    }
}

impl Reply {
    /// A header's only value; "" when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A request; the path may be any that a URI allows.
pub fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let mut builder = Request::builder().method(method).uri(format!("https://localhost{path}"));
    builder = builder.header("host", "localhost");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Full::new(body.into())).unwrap()
}
