//! Protobuf: lists spliced from the objects' envelopes, and events each behind its length.

use super::{ListMeta, Presenter, SharedForm, pause};
use crate::request::reply::{self, Format, Response};
use bytes::Bytes;
use pintle_catalog::catalog;
use pintle_meta::Status;
use pintle_schema::protobuf::wire::Backward;
use pintle_schema::protobuf::{self, Envelope};
use pintle_watchcache::Entry;
use std::sync::Arc;

const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
/// The fields of every list.
const METADATA: u32 = 1;
const ITEMS: u32 = 2;
/// The fields of a WatchEvent, and of the RawExtension in it.
const TYPE: u32 = 1;
const OBJECT: u32 = 2;
const RAW: u32 = 1;

impl Presenter {
    pub(super) async fn list_in_protobuf(
        &self,
        entries: &[Arc<Entry>],
        meta: &ListMeta,
    ) -> Result<Response, Status> {
        let mut objects = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            objects.push(self.encoded(SharedForm::Protobuf, entry, entry.mod_revision())?);
            pause(at).await;
        }
        let body = self.list_message(&objects, meta)?;
        Ok(reply::bytes(200, Format::Protobuf.content_type(), body))
    }

    /// The list of objects in envelopes. Items lie in it without theirs.
    fn list_message(&self, objects: &[Bytes], meta: &ListMeta) -> Result<Bytes, Status> {
        let messages: Result<Vec<&[u8]>, _> =
            objects.iter().map(|object| Envelope::read(object).map(|envelope| envelope.raw)).collect();
        let messages = messages.map_err(|error| Status::internal(error.to_string()))?;
        let list_meta = catalog().definition(LIST_META);
        let list_meta = list_meta.ok_or_else(|| Status::internal("the catalog lacks ListMeta"))?;
        let room = 256 + messages.iter().map(|message| message.len() + 8).sum::<usize>();
        let kind = format!("{}List", self.target.version().kind.kind);
        let list = protobuf::seal(&self.group_version, &kind, Backward::with_capacity(room), |out| {
            messages.iter().rev().for_each(|message| out.text(ITEMS, message));
            out.message(METADATA, |out| protobuf::put(list_meta, &meta.to_value(), out));
        });
        list.map_err(|error| Status::internal(error.to_string()))
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
