//! Compact JSON: lists spliced from the objects' encodings, and events a line each.

use super::{ListMeta, Presenter, SharedForm, pause};
use crate::request::reply::{self, Format, Response};
use bytes::Bytes;
use pintle_meta::value::write_json;
use pintle_meta::{Status, Value};
use pintle_watchcache::Entry;
use std::sync::Arc;

impl Presenter {
    pub(super) async fn list_in_json(
        &self,
        entries: &[Arc<Entry>],
        meta: &ListMeta,
    ) -> Result<Response, Status> {
        let version = self.target.version();
        let prefix_len = typed_prefix_len(&version.kind.kind, &self.group_version);
        let mut body = Vec::with_capacity(256 + entries.iter().map(|entry| entry.size() + 64).sum::<usize>());
        body.extend_from_slice(b"{\"kind\":");
        write_json(&Value::from(format!("{}List", version.kind.kind)), &mut body);
        body.extend_from_slice(b",\"apiVersion\":");
        write_json(&Value::String(self.group_version.clone()), &mut body);
        body.extend_from_slice(b",\"metadata\":");
        write_json(&meta.to_value(), &mut body);
        body.extend_from_slice(b",\"items\":[");
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 {
                body.push(b',');
            }
            let object = self.encoded(SharedForm::Json, entry, entry.mod_revision())?;
            // Items of a typed list carry neither kind nor apiVersion, which every object begins with.
            body.push(b'{');
            body.extend_from_slice(&object[prefix_len.min(object.len())..]);
            pause(at).await;
        }
        body.extend_from_slice(b"]}\n");
        Ok(reply::bytes(200, Format::Json.content_type(), body))
    }
}

/// Length of `{"kind":"K","apiVersion":"V",`, which every object's compact JSON begins with.
fn typed_prefix_len(kind: &str, api_version: &str) -> usize {
    "{\"kind\":\"\",\"apiVersion\":\"\",".len() + kind.len() + api_version.len()
}

/// A document as the whole of an answer.
pub(super) fn with_line_end(document: &[u8]) -> Bytes {
    let mut body = Vec::with_capacity(document.len() + 1);
    body.extend_from_slice(document);
    body.push(b'\n');
    Bytes::from(body)
}

/// A watch event.
pub(super) fn event(kind: &str, object: &[u8]) -> Bytes {
    let mut line = Vec::with_capacity(object.len() + 40);
    line.extend_from_slice(b"{\"type\":\"");
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(b"\",\"object\":");
    line.extend_from_slice(object);
    line.extend_from_slice(b"}\n");
    Bytes::from(line)
}
