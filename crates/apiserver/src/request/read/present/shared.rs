//! The forms that are made once for everybody, and where they are found again: objects, and events about them.

use super::{Presenter, json, protobuf};
use crate::request::reply::{self, As, Format};
use bytes::Bytes;
use pintle_meta::value::to_json;
use pintle_meta::{Status, Value};
use pintle_storage::Revision;
use pintle_watchcache::{EncodingKey, Entry, EventKind};

/// The forms in which whole objects are kept for everybody, with their numbers in the cache of encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SharedForm {
    /// Compact JSON.
    Json = 0,
    /// The protobuf envelope.
    Protobuf = 1,
}

impl SharedForm {
    pub(super) fn encode(self, document: &Value) -> Result<Bytes, Status> {
        match self {
            SharedForm::Json => Ok(Bytes::from(to_json(document))),
            SharedForm::Protobuf => reply::enveloped(document),
        }
    }

    /// A watch event about an object in this form.
    pub(super) fn event(self, kind: &str, object: &[u8]) -> Bytes {
        match self {
            SharedForm::Json => json::event(kind, object),
            SharedForm::Protobuf => protobuf::event(kind, object),
        }
    }

    /// The number of events of this kind in this form.
    fn of_events(self, kind: EventKind) -> u32 {
        let kind = match kind {
            EventKind::Added => 1,
            EventKind::Modified => 2,
            EventKind::Deleted => 3,
        };
        kind << 1 | self as u32
    }
}

/// How clients know it.
pub(super) fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Added => "ADDED",
        EventKind::Modified => "MODIFIED",
        EventKind::Deleted => "DELETED",
    }
}

impl Presenter {
    /// The form that whole objects are kept in for everybody, if it is what the client wants.
    pub(super) fn shared_form(&self) -> Option<SharedForm> {
        match (self.negotiated.format, &self.negotiated.shape) {
            (Format::Json, As::Object) if !self.negotiated.pretty => Some(SharedForm::Json),
            (Format::Protobuf, As::Object) => Some(SharedForm::Protobuf),
            _ => None,
        }
    }

    /// Events are never indented.
    pub(super) fn event_form(&self) -> SharedForm {
        match self.negotiated.format {
            Format::Json | Format::Yaml => SharedForm::Json,
            Format::Protobuf => SharedForm::Protobuf,
        }
    }

    /// The object's encoding, from the shared cache.
    pub(super) fn encoded(
        &self,
        form: SharedForm,
        entry: &Entry,
        revision: Revision,
    ) -> Result<Bytes, Status> {
        self.found_or_made(form as u32, entry, revision, || form.encode(&self.value(entry, revision)?))
    }

    /// A watch event about the object, from the shared cache: thousands may be told of it.
    pub(super) fn encoded_event(
        &self,
        form: SharedForm,
        kind: EventKind,
        entry: &Entry,
        revision: Revision,
    ) -> Result<Bytes, Status> {
        let make = || Ok(form.event(word(kind), &self.encoded(form, entry, revision)?));
        self.found_or_made(form.of_events(kind), entry, revision, make)
    }

    fn found_or_made(
        &self,
        form: u32,
        entry: &Entry,
        revision: Revision,
        make: impl FnOnce() -> Result<Bytes, Status>,
    ) -> Result<Bytes, Status> {
        let generation = self.target.resource.generation;
        let key = EncodingKey::current(entry, generation, self.group_version.clone(), form);
        let key = key.map(|key| if revision == entry.mod_revision() { key } else { key.shown_at(revision) });
        let encodings = self.server.cache.encodings();
        if let Some(found) = key.as_ref().and_then(|key| encodings.get(key)) {
            return Ok(found);
        }
        let made = make()?;
        if let Some(key) = key {
            encodings.put(key, made.clone());
        }
        Ok(made)
    }
}
