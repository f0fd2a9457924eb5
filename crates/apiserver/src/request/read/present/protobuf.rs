//! Protobuf: lists spliced from the objects' envelopes, and events each behind its length.

use super::long::{self, Items};
use super::{ListMeta, Presenter, SharedForm, pause};
use crate::request::reply::{Format, Response};
use bytes::Bytes;
use pintle_catalog::catalog;
use pintle_meta::Status;
use pintle_schema::protobuf::wire::{Backward, put_text, text_len};
use pintle_schema::protobuf::{self, Envelope};
use pintle_watchcache::Entry;
use std::sync::Arc;
use std::vec;

const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
/// The fields of every list.
const METADATA: u32 = 1;
const ITEMS: u32 = 2;
/// The fields of a WatchEvent, and of the RawExtension in it.
const TYPE: u32 = 1;
const OBJECT: u32 = 2;
const RAW: u32 = 1;

impl Presenter {
    /// A list tells its length before its items, so all of them are looked up first; what is shared stays shared.
    pub(super) async fn list_in_protobuf(
        self,
        entries: Vec<Arc<Entry>>,
        meta: &ListMeta,
    ) -> Result<Response, Status> {
        let mut objects = Vec::with_capacity(entries.len());
        for (at, entry) in entries.into_iter().enumerate() {
            let envelope = self.encoded(SharedForm::Protobuf, &entry, entry.mod_revision())?;
            let message = Envelope::read(&envelope).map_err(|error| Status::internal(error.to_string()))?.raw;
            objects.push(envelope.slice_ref(message));
            pause(at).await;
        }
        let head = self.list_head(&objects, meta)?;
        let size = objects.iter().map(Bytes::len).sum();
        long::answer(Format::Protobuf.content_type(), head, size, ProtobufItems(objects.into_iter())).await
    }

    /// Everything before the first item: the envelope with the length of what is in it, and the list's metadata.
    fn list_head(&self, messages: &[Bytes], meta: &ListMeta) -> Result<Vec<u8>, Status> {
        let list_meta = catalog().definition(LIST_META);
        let list_meta = list_meta.ok_or_else(|| Status::internal("the catalog lacks ListMeta"))?;
        let mut out = Backward::with_capacity(256);
        out.message(METADATA, |out| protobuf::put(list_meta, &meta.to_value(), out));
        let items = messages.iter().map(|message| text_len(ITEMS, message.len())).sum::<usize>();
        let kind = format!("{}List", self.target.version().kind.kind);
        protobuf::begin(&self.group_version, &kind, items, &mut out);
        let head = out.finish().map_err(|error| Status::internal(error.to_string()))?;
        Ok(head.to_vec())
    }
}

/// Items of a list, without the envelopes that they would have by themselves, and the end of the list's.
struct ProtobufItems(vec::IntoIter<Bytes>);

impl Items for ProtobufItems {
    fn add_next(&mut self, out: &mut Vec<u8>) -> Result<bool, Status> {
        let Some(message) = self.0.next() else {
            out.extend_from_slice(protobuf::END);
            return Ok(false);
        };
        put_text(ITEMS, &message, out);
        Ok(true)
    }
}

/// A watch event about an object in its envelope: four bytes of length, then the event, which has none itself.
pub(super) fn event(kind: &str, object: &[u8]) -> Bytes {
    let mut out = Backward::with_capacity(object.len() + 40);
    out.message(OBJECT, |out| out.text(RAW, object));
    out.text(TYPE, kind.as_bytes());
    let length = u32::try_from(out.len()).expect("an object is far smaller than 4 GB");
    out.bytes(&length.to_be_bytes());
    out.finish().expect("an event is two messages deep")
}
