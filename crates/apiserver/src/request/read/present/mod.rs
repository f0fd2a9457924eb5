//! From cached entries to what the client asked for: objects, lists and watch events, in JSON, YAML or protobuf,
//! whole, as metadata alone or as table rows.
//!
//! Whole objects in compact JSON and in protobuf come from the shared cache of encodings and are spliced, never
//! decoded twice; every other form is made on demand.

mod json;
mod long;
mod protobuf;
mod refuse;
mod shared;

use crate::request::receive::Query;
use crate::request::reply::{self, As, Negotiated, Response};
use crate::served::Target;
use crate::server::Server;
use bytes::Bytes;
use pintle_meta::{List, Map, Object, Status, Str, Value};
use pintle_schema::resource::View;
use pintle_schema::table::{self, IncludeObject};
use pintle_schema::{form, partial};
use pintle_storage::Revision;
use pintle_watchcache::{Entry, EventKind};
use shared::{SharedForm, word};
use std::sync::Arc;

/// How often a long list lets other requests run.
const YIELD_EVERY: usize = 32;

/// Shows objects of one target in one negotiated form.
#[derive(Clone, Debug)]
pub struct Presenter {
    server: Arc<Server>,
    target: Target,
    negotiated: Negotiated,
    include: IncludeObject,
    group_version: Str,
}

/// What a list says of itself.
#[derive(Clone, Debug)]
pub struct ListMeta {
    /// The state it shows.
    pub revision: Revision,
    /// Where the next page starts; `None` on the last.
    pub continue_token: Option<String>,
    /// How many objects come after this page, where that is known.
    pub remaining: Option<u64>,
}

impl Presenter {
    /// For one request.
    ///
    /// # Errors
    /// 400 for an `includeObject` that a table does not have.
    pub fn new(
        server: &Arc<Server>,
        target: &Target,
        negotiated: Negotiated,
        query: &Query,
    ) -> Result<Presenter, Status> {
        let include = match &negotiated.shape {
            As::Table(_) => {
                IncludeObject::parse(query.first("includeObject").unwrap_or_default()).map_err(|error| {
                    Status::bad_request(format!("Unable to convert to Table as requested: {error}"))
                })?
            }
            _ => IncludeObject::default(),
        };
        let group_version = Str::from(target.version().group_version().to_string());
        Ok(Presenter {
            server: Arc::clone(server),
            target: target.clone(),
            negotiated,
            include,
            group_version,
        })
    }

    /// One object as the cache has it.
    ///
    /// # Errors
    /// 500 when the stored bytes can't be read, 406 for a form that only lists have.
    pub fn entry(&self, code: u16, entry: &Entry) -> Result<Response, Status> {
        let form = self.shared_form().filter(|_| *self.target.view() == View::Whole);
        let Some(form) = form else {
            let object = self.value(entry, entry.mod_revision())?;
            return self.object(code, self.target.document_of(object));
        };
        let encoded = self.encoded(form, entry, entry.mod_revision())?;
        let body = match form {
            SharedForm::Json => json::with_line_end(&encoded),
            SharedForm::Protobuf => encoded,
        };
        Ok(reply::bytes(code, self.negotiated.format.content_type(), body))
    }

    /// One object.
    ///
    /// # Errors
    /// 406 for a form that only lists have.
    pub fn object(&self, code: u16, object: Value) -> Result<Response, Status> {
        let document = match &self.negotiated.shape {
            As::Object => object,
            As::Partial(version) => partial::object(&object, version),
            As::PartialList(_) => return Err(self.not_a_list()),
            As::Table(version) => {
                let meta = Value::from([("resourceVersion", object.resource_version().into())]);
                let columns = Some(self.target.version().columns.as_slice());
                table::table(version, columns, meta, vec![self.row(&object)])
            }
        };
        Ok(reply::document(code, &self.negotiated, &document))
    }

    /// A list.
    ///
    /// # Errors
    /// 500 when an entry's bytes can't be read, 406 for a form that only objects have.
    pub async fn list(self, entries: Vec<Arc<Entry>>, meta: &ListMeta) -> Result<Response, Status> {
        match self.shared_form() {
            Some(SharedForm::Json) => return self.list_in_json(entries, meta).await,
            Some(SharedForm::Protobuf) => return self.list_in_protobuf(entries, meta).await,
            None => {}
        }
        let mut items = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            let value = self.value(entry, entry.mod_revision())?;
            items.push(match &self.negotiated.shape {
                As::Object => untyped(value),
                As::PartialList(version) => partial::object(&value, version),
                As::Table(_) => self.row(&value),
                As::Partial(_) => return Err(self.is_a_list()),
            });
            pause(at).await;
        }
        let list_meta = meta.to_value();
        let document = match &self.negotiated.shape {
            As::Table(version) => {
                table::table(version, Some(self.target.version().columns.as_slice()), list_meta, items)
            }
            As::PartialList(version) => partial::list(items, list_meta, version),
            As::Object => self.list_document(items, list_meta),
            As::Partial(_) => return Err(self.is_a_list()),
        };
        Ok(reply::document(200, &self.negotiated, &document))
    }

    /// A watch event about `entry` as of `revision`; `first` for the first event of a watch.
    ///
    /// # Errors
    /// 500 when the stored bytes can't be read.
    pub fn event(
        &self,
        kind: EventKind,
        entry: &Entry,
        revision: Revision,
        first: bool,
    ) -> Result<Bytes, Status> {
        let form = self.event_form();
        if self.negotiated.shape == As::Object {
            return self.encoded_event(form, kind, entry, revision);
        }
        let value = self.value(entry, revision)?;
        Ok(form.event(word(kind), &form.encode(&self.event_document(&value, first))?))
    }

    /// A watch event about no object in particular: a bookmark.
    ///
    /// # Errors
    /// 500, in theory.
    pub fn bookmark(
        &self,
        revision: Revision,
        initial_events_end: bool,
        first: bool,
    ) -> Result<Bytes, Status> {
        let version = self.target.version();
        let mut object = pintle_schema::decode::zero(&version.schema);
        form::stamp(version, &mut object, revision.get());
        if initial_events_end {
            let annotations = Value::from([("k8s.io/initial-events-end", "true".into())]);
            pintle_schema::object_meta::set_meta(&version.schema, &mut object, "annotations", annotations);
        }
        let form = self.event_form();
        Ok(form.event("BOOKMARK", &form.encode(&self.event_document(&object, first))?))
    }

    /// The watch event that ends a watch with an error.
    pub fn error_event(&self, status: &Status) -> Bytes {
        let form = self.event_form();
        form.event("ERROR", &form.encode(&status.to_value()).unwrap_or_default())
    }

    fn event_document(&self, object: &Value, first: bool) -> Value {
        match &self.negotiated.shape {
            As::Object => object.clone(),
            As::Partial(version) | As::PartialList(version) => partial::object(object, version),
            As::Table(version) => {
                let meta = Value::from([("resourceVersion", object.resource_version().into())]);
                let columns = first.then_some(self.target.version().columns.as_slice());
                table::table(version, columns, meta, vec![self.row(object)])
            }
        }
    }

    fn list_document(&self, items: Vec<Value>, meta: Value) -> Value {
        let version = self.target.version();
        Value::from([
            ("kind", format!("{}List", version.kind.kind).into()),
            ("apiVersion", Value::String(self.group_version.clone())),
            ("metadata", meta),
            ("items", Value::List(items.into_iter().collect::<List>())),
        ])
    }

    fn value(&self, entry: &Entry, revision: Revision) -> Result<Value, Status> {
        let bytes = entry.value().map_err(Status::internal)?;
        let (resource, version) = (&self.target.resource, self.target.version());
        let storage = resource.storage.as_ref().ok_or_else(Status::method_not_allowed)?;
        form::from_stored(resource, storage, version, bytes, revision.get())
            .map_err(|error| Status::internal(error.to_string()))
    }

    fn row(&self, object: &Value) -> Value {
        let now = self.server.sources.unix_seconds();
        let version = match &self.negotiated.shape {
            As::Table(version) => version,
            _ => "v1",
        };
        table::row(&self.target.resource, self.target.version(), object, self.include, version, now)
    }
}

impl ListMeta {
    fn to_value(&self) -> Value {
        let mut map = Map::new();
        map.insert("resourceVersion", self.revision.to_string());
        if let Some(token) = &self.continue_token {
            map.insert("continue", token.as_str());
        }
        if let Some(remaining) = self.remaining {
            map.insert("remainingItemCount", i64::try_from(remaining).unwrap_or(i64::MAX));
        }
        Value::Map(map)
    }
}

/// An object without kind and apiVersion.
fn untyped(mut object: Value) -> Value {
    if let Some(map) = object.as_map_mut() {
        map.remove("kind");
        map.remove("apiVersion");
    }
    object
}

async fn pause(at: usize) {
    if at % YIELD_EVERY == YIELD_EVERY - 1 {
        tokio::task::yield_now().await;
    }
}
