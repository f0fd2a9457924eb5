//! Requests and answers in protobuf, and the same answers in JSON beside them.

use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{GroupVersion, Value};
use pintle_schema::protobuf::{self, Envelope};
use pintle_schema::{Struct, decode};
use pintle_tests::{Connection, Protocol, Reply, Server, Who, request};
use std::sync::Arc;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

pub(crate) struct Client(Connection);

impl Client {
    pub(crate) async fn connect(server: &Server) -> Client {
        Client(server.connect(Who::Admin, Protocol::H2).await)
    }

    pub(crate) async fn create_namespace(&mut self, name: &str) {
        let namespace = Value::from([
            ("kind", "Namespace".into()),
            ("apiVersion", "v1".into()),
            ("metadata", Value::from([("name", name.into())])),
        ]);
        self.document("POST", "/api/v1/namespaces", &enveloped(&namespace), 201).await;
    }

    /// The answer as it came.
    pub(crate) async fn send(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Reply {
        let headers = [("accept", PROTOBUF), ("content-type", content_type)];
        let headers = if body.is_empty() { &headers[..1] } else { &headers[..] };
        self.0.send(request(method, path, headers, body.to_vec())).await.unwrap()
    }

    /// The document of an answer with this status.
    pub(crate) async fn document(&mut self, method: &str, path: &str, body: &[u8], status: u16) -> Value {
        let reply = self.send(method, path, PROTOBUF, body).await;
        read(&reply, &format!("{method} {path}"), status)
    }

    /// The same with a patch, which is JSON whoever sends it.
    pub(crate) async fn patch(&mut self, path: &str, patch: &str) -> Value {
        let reply = self.send("PATCH", path, "application/merge-patch+json", patch.as_bytes()).await;
        read(&reply, &format!("PATCH {path}"), 200)
    }

    /// The Status of a refusal.
    pub(crate) async fn refused(&mut self, method: &str, path: &str, body: &[u8], status: u16) -> Value {
        let document = self.document(method, path, body, status).await;
        assert_eq!(document.text_at(&["kind"]), "Status");
        assert_eq!(document["code"].as_int(), Some(status.into()));
        document
    }

    /// A GET in JSON, in normal form.
    pub(crate) async fn in_json(&mut self, path: &str) -> Value {
        let reply = self.0.get(path, &[("accept", "application/json")]).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        normal(&parse(&reply.body).unwrap())
    }
}

fn read(reply: &Reply, what: &str, status: u16) -> Value {
    assert_eq!(reply.header("content-type"), PROTOBUF, "{what}: {}", String::from_utf8_lossy(&reply.body));
    let document = opened(&reply.body);
    assert_eq!(reply.status, status, "{what}: {}", text(&document));
    document
}

/// What is in an envelope.
pub(crate) fn opened(bytes: &[u8]) -> Value {
    let envelope = Envelope::read(bytes).unwrap();
    let schema = schema(&envelope.api_version, &envelope.kind);
    envelope.document(&schema).unwrap()
}

/// A document in its envelope.
pub(crate) fn enveloped(document: &Value) -> Vec<u8> {
    let document = normal(document);
    protobuf::enveloped(&schema_of(&document), &document).unwrap().to_vec()
}

fn normal(document: &Value) -> Value {
    decode::value(document.clone(), &schema_of(document)).unwrap().value
}

fn schema_of(document: &Value) -> Arc<Struct> {
    schema(document.text_at(&["apiVersion"]), document.text_at(&["kind"]))
}

fn schema(api_version: &str, kind: &str) -> Arc<Struct> {
    let group_version = GroupVersion::parse(if api_version.is_empty() { "v1" } else { api_version }).unwrap();
    let found = catalog().kind(&group_version.with_kind(kind));
    Arc::clone(found.unwrap_or_else(|| panic!("no kind {kind} in {api_version}")))
}

pub(crate) fn text(document: &Value) -> String {
    String::from_utf8(to_json(document)).unwrap()
}
