//! From cached entries to what the client asked for: objects, lists and watch events, in JSON or YAML, whole, as
//! metadata alone or as table rows.
//!
//! Whole objects in compact JSON come from the shared cache of encodings and are spliced, never decoded twice;
//! every other form is made on demand.

use crate::request::receive::Query;
use crate::request::reply::{self, As, Format, Negotiated, Response};
use crate::served::Target;
use crate::server::Server;
use bytes::Bytes;
use pintle_meta::value::{to_json, write_json};
use pintle_meta::{List, Map, Object, Reason, Status, Str, Value};
use pintle_schema::resource::View;
use pintle_schema::table::{self, IncludeObject};
use pintle_schema::{form, partial};
use pintle_storage::Revision;
use pintle_watchcache::{EncodingKey, Entry};
use std::sync::Arc;

/// How often a long list lets other requests run.
const YIELD_EVERY: usize = 32;
/// The media type under which compact JSON is cached.
const JSON_FORM: u32 = 0;

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
        if !self.is_compact_json() || *self.target.view() != View::Whole {
            let object = self.value(entry, entry.mod_revision())?;
            return self.object(code, self.target.document_of(object));
        }
        let mut body = self.json(entry, entry.mod_revision())?.to_vec();
        body.push(b'\n');
        Ok(reply::bytes(code, Format::Json.content_type(), body))
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
    pub async fn list(&self, entries: &[Arc<Entry>], meta: &ListMeta) -> Result<Response, Status> {
        if self.is_compact_json() {
            return self.spliced_list(entries, meta).await;
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
    pub fn event(&self, kind: &str, entry: &Entry, revision: Revision, first: bool) -> Result<Bytes, Status> {
        if self.negotiated.shape == As::Object && self.negotiated.format == Format::Json {
            let object = self.json(entry, revision)?;
            return Ok(event_line(kind, &object));
        }
        let value = self.value(entry, revision)?;
        Ok(event_line(kind, &to_json(&self.event_document(&value, first))))
    }

    /// A watch event about no object in particular: a bookmark.
    pub fn bookmark(&self, revision: Revision, initial_events_end: bool, first: bool) -> Bytes {
        let version = self.target.version();
        let mut object = pintle_schema::decode::zero(&version.schema);
        form::stamp(version, &mut object, revision.get());
        if initial_events_end {
            let annotations = Value::from([("k8s.io/initial-events-end", "true".into())]);
            pintle_schema::object_meta::set_meta(&version.schema, &mut object, "annotations", annotations);
        }
        event_line("BOOKMARK", &to_json(&self.event_document(&object, first)))
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

    fn is_compact_json(&self) -> bool {
        self.negotiated.shape == As::Object
            && self.negotiated.format == Format::Json
            && !self.negotiated.pretty
    }

    async fn spliced_list(&self, entries: &[Arc<Entry>], meta: &ListMeta) -> Result<Response, Status> {
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
            let object = self.json(entry, entry.mod_revision())?;
            // Items of a typed list carry neither kind nor apiVersion, which every object begins with.
            body.push(b'{');
            body.extend_from_slice(&object[prefix_len.min(object.len())..]);
            pause(at).await;
        }
        body.extend_from_slice(b"]}\n");
        Ok(reply::bytes(200, Format::Json.content_type(), body))
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

    /// The object's compact JSON, from the shared cache.
    fn json(&self, entry: &Entry, revision: Revision) -> Result<Bytes, Status> {
        let generation = self.target.resource.generation;
        let key = EncodingKey::current(entry, generation, self.group_version.clone(), JSON_FORM);
        let key = key.map(|key| if revision == entry.mod_revision() { key } else { key.shown_at(revision) });
        let encodings = self.server.cache.encodings();
        if let Some(found) = key.as_ref().and_then(|key| encodings.get(key)) {
            return Ok(found);
        }
        let made = Bytes::from(to_json(&self.value(entry, revision)?));
        if let Some(key) = key {
            encodings.put(key, made.clone());
        }
        Ok(made)
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

    fn not_a_list(&self) -> Status {
        let ty = self.go_type("");
        let text =
            format!("you requested PartialObjectMetadataList, but the requested object is not a list ({ty})");
        Status::failure(406, Reason::NotAcceptable, text)
    }

    fn is_a_list(&self) -> Status {
        let ty = self.go_type("List");
        let text = format!("you requested PartialObjectMetadata, but the requested object is a list ({ty})");
        Status::failure(406, Reason::NotAcceptable, text)
    }

    /// How the reference's errors call the hub type.
    fn go_type(&self, suffix: &str) -> String {
        let kind = &self.target.version().kind;
        let package =
            if kind.group.is_empty() { "core" } else { kind.group.split('.').next().unwrap_or_default() };
        format!("*{package}.{}{suffix}", kind.kind)
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

/// Length of `{"kind":"K","apiVersion":"V",`, which every object's compact JSON begins with.
fn typed_prefix_len(kind: &str, api_version: &str) -> usize {
    "{\"kind\":\"\",\"apiVersion\":\"\",".len() + kind.len() + api_version.len()
}

/// An object without kind and apiVersion.
fn untyped(mut object: Value) -> Value {
    if let Some(map) = object.as_map_mut() {
        map.remove("kind");
        map.remove("apiVersion");
    }
    object
}

fn event_line(kind: &str, object: &[u8]) -> Bytes {
    let mut line = Vec::with_capacity(object.len() + 40);
    line.extend_from_slice(b"{\"type\":\"");
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(b"\",\"object\":");
    line.extend_from_slice(object);
    line.extend_from_slice(b"}\n");
    Bytes::from(line)
}

async fn pause(at: usize) {
    if at % YIELD_EVERY == YIELD_EVERY - 1 {
        tokio::task::yield_now().await;
    }
}
