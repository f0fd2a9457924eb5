//! Compact JSON: lists spliced from the objects' encodings, and events a line each.

use super::long::{self, Items};
use super::{ListMeta, Presenter, SharedForm};
use crate::request::reply::{Format, Response};
use bytes::Bytes;
use pintle_meta::value::write_json;
use pintle_meta::{Status, Value};
use pintle_watchcache::Entry;
use std::sync::Arc;
use std::vec;

impl Presenter {
    pub(super) async fn list_in_json(
        self,
        entries: Vec<Arc<Entry>>,
        meta: &ListMeta,
    ) -> Result<Response, Status> {
        let version = self.target.version();
        let prefix_len = typed_prefix_len(&version.kind.kind, &self.group_version);
        let mut head = Vec::with_capacity(1024);
        head.extend_from_slice(b"{\"kind\":");
        write_json(&Value::from(format!("{}List", version.kind.kind)), &mut head);
        head.extend_from_slice(b",\"apiVersion\":");
        write_json(&Value::String(self.group_version.clone()), &mut head);
        head.extend_from_slice(b",\"metadata\":");
        write_json(&meta.to_value(), &mut head);
        head.extend_from_slice(b",\"items\":[");
        // JSON is longer than what is stored.
        let size = entries.iter().map(|entry| entry.size()).sum();
        let items = JsonItems { presenter: self, entries: entries.into_iter(), prefix_len, is_first: true };
        long::answer(Format::Json.content_type(), head, size, items).await
    }
}

/// Items with commas between them, and the end of the list.
struct JsonItems {
    presenter: Presenter,
    entries: vec::IntoIter<Arc<Entry>>,
    prefix_len: usize,
    is_first: bool,
}

impl Items for JsonItems {
    fn add_next(&mut self, out: &mut Vec<u8>) -> Result<bool, Status> {
        let Some(entry) = self.entries.next() else {
            out.extend_from_slice(b"]}\n");
            return Ok(false);
        };
        let object = self.presenter.encoded(SharedForm::Json, &entry, entry.mod_revision())?;
        if !std::mem::take(&mut self.is_first) {
            out.push(b',');
        }
        // Items of a typed list carry neither kind nor apiVersion, which every object begins with.
        out.push(b'{');
        out.extend_from_slice(&object[self.prefix_len.min(object.len())..]);
        Ok(true)
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
