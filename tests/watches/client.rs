//! A client behind the balancer, as client-go is one: it connects again, repeats what no server has begun, and comes back
//! when it is told when.

use crate::history::{Item, Kind, State, Told};
use crate::judge::Fault;
use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use parking_lot::Mutex;
use pintle_meta::value::parse;
use pintle_meta::{Object, Value};
use pintle_tests::{Connection, Protocol, TOKEN, request};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// How long until the next attempt.
const PAUSE: Duration = Duration::from_millis(20);
/// How many attempts one request may take.
const ATTEMPTS: usize = 500;

/// What all clients of a run share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: PathBuf,
    /// Whether servers only end in order, so that no request may fail.
    pub(crate) orderly: bool,
    /// The newest revision of an acknowledged write.
    pub(crate) acknowledged: AtomicU64,
    pub(crate) faults: Mutex<Vec<Fault>>,
}

impl World {
    pub(crate) fn fault(&self, fault: Fault) {
        self.faults.lock().push(fault);
    }

    pub(crate) fn acknowledge(&self, revision: u64) {
        self.acknowledged.fetch_max(revision, Ordering::SeqCst);
    }
}

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) world: Arc<World>,
    connection: Option<Connection>,
}

/// The connection broke behind a request: it may have been served.
#[derive(Debug)]
pub(crate) struct Unknown;

impl Client {
    pub(crate) fn new(world: &Arc<World>) -> Client {
        Client { world: Arc::clone(world), connection: None }
    }

    /// Sends until a server answers for good.
    pub(crate) async fn open(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<Response<Incoming>, Unknown> {
        let content_type =
            if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let headers = [("authorization", TOKEN), ("content-type", content_type), ("accept", accept(path))];
        for _ in 0..ATTEMPTS {
            let Some(connection) = self.connected().await else {
                sleep(PAUSE).await;
                continue;
            };
            match connection.open(request(method, path, &headers, body.to_owned())).await {
                // Not ready yet, and it says when to ask again.
                Ok(answer) if answer.headers().contains_key("retry-after") => {
                    self.connection = None;
                    sleep(PAUSE).await;
                }
                Ok(answer) => return Ok(answer),
                Err(error) if was_not_begun(&error) => self.connection = None,
                Err(error) => {
                    self.broke(&format!("{method} {path}: {error:?}"));
                    return Err(Unknown);
                }
            }
        }
        panic!("{method} {path} was not answered");
    }

    /// The status and the whole document of an answer.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<(u16, Value), Unknown> {
        let answer = self.open(method, path, body).await?;
        let status = answer.status().as_u16();
        match answer.into_body().collect().await {
            Ok(whole) => Ok((status, parse(&whole.to_bytes()).unwrap())),
            Err(error) => {
                self.broke(&format!("the answer of {method} {path}: {error:?}"));
                Err(Unknown)
            }
        }
    }

    /// The same for what can be repeated.
    pub(crate) async fn read(&mut self, path: &str) -> (u16, Value) {
        loop {
            if let Ok(answer) = self.ask("GET", path, "").await {
                return answer;
            }
        }
    }

    /// A watch's stream of lines.
    pub(crate) async fn lines(&mut self, path: &str) -> Result<(u16, Lines), Unknown> {
        let answer = self.open("GET", path, "").await?;
        Ok((answer.status().as_u16(), Lines { body: answer.into_body(), rest: Vec::new() }))
    }

    /// Waits until the server says that it is ready.
    pub(crate) async fn until_ready(&mut self) {
        for _ in 0..ATTEMPTS {
            let answer = self.open("GET", "/readyz", "").await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            sleep(PAUSE).await;
        }
        panic!("a frontend is not ready in time");
    }

    /// Forgets the connection; where servers end in order, that is a fault of theirs.
    pub(crate) fn broke(&mut self, what: &str) {
        self.connection = None;
        if self.world.orderly {
            self.world.fault(format!("broke off: {what}"));
        }
    }

    /// Goes elsewhere with the next request.
    pub(crate) fn leave(&mut self) {
        self.connection = None;
    }

    async fn connected(&mut self) -> Option<&mut Connection> {
        if self.connection.is_none() {
            let (address, certificate) = (self.world.address, &self.world.certificate);
            self.connection = Connection::to(address, certificate, Protocol::H2).await.ok();
        }
        self.connection.as_mut()
    }
}

/// To ask for metadata alone, a path says so in a parameter that servers don't know.
pub(crate) const ONLY_METADATA: &str = "&onlyMetadata";

fn accept(path: &str) -> &'static str {
    match (path.contains(ONLY_METADATA), path.contains("watch=true")) {
        (false, _) => "application/json",
        (true, true) => "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
        (true, false) => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    }
}

/// The server said that it will not serve it, or it was never sent.
fn was_not_begun(error: &hyper::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(h2) = cause.downcast_ref::<h2::Error>() {
            let refused = h2.reason() == Some(h2::Reason::REFUSED_STREAM);
            let leaving = h2.is_go_away() && h2.reason() == Some(h2::Reason::NO_ERROR);
            return refused || leaving;
        }
        source = cause.source();
    }
    error.is_canceled()
}

/// The lines of a body as they come.
pub(crate) struct Lines {
    body: Incoming,
    rest: Vec<u8>,
}

impl Lines {
    /// The next one; none when the stream was ended in order.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>, hyper::Error> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return Ok(Some(parse(&line).unwrap()));
            }
            match self.body.frame().await {
                None => return Ok(None),
                Some(frame) => {
                    self.rest.extend_from_slice(&frame?.into_data().unwrap_or_else(|_| Bytes::new()))
                }
            }
        }
    }
}

pub(crate) fn key(object: &Value) -> String {
    format!("{}/{}", object.namespace(), object.name())
}

pub(crate) fn revision(object: &Value) -> u64 {
    let text = object.text_at(&["metadata", "resourceVersion"]);
    text.parse().unwrap_or_else(|_| panic!("a resource version of {text:?}"))
}

pub(crate) fn state(object: &Value) -> State {
    let text = |keys: &[&str]| object.text_at(keys).to_owned();
    State {
        serial: text(&["metadata", "annotations", "serial"]),
        color: text(&["metadata", "labels", "color"]),
        node: text(&["spec", "nodeName"]),
        phase: text(&["status", "phase"]),
    }
}

pub(crate) fn item(object: &Value) -> Item {
    Item { key: key(object), revision: revision(object), serial: state(object).serial }
}

pub(crate) fn told(kind: Kind, object: &Value) -> Told {
    let Item { key, revision, serial } = item(object);
    Told { kind, revision, key, serial }
}
