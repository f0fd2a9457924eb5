//! Who owns the fields that a write changed. Before mutation, so that what the server itself adds afterwards belongs
//! to whoever wrote; after defaulting, so that defaults do too.

use super::Write;
use pintle_meta::{Str, Value};
use pintle_schema::ownership::{self, FieldSet, OneVersion};
use pintle_schema::resource::View;
use pintle_schema::{Resource, Struct};

/// The longest name of a manager, in bytes.
const MANAGER_MAX: usize = 128;

impl Write {
    /// Ownership of a new object, all of whose fields are its writer's.
    pub(super) fn own_created(&self, object: &mut Value) {
        let zero = pintle_schema::decode::zero(&self.target.version().schema);
        self.own_changed(object, &zero);
    }

    /// Ownership of a document that replaces `live`.
    pub(super) fn own_changed(&self, document: &mut Value, live: &Value) {
        ownership::update(&self.owning().write(), live, document);
    }

    /// This write, as far as ownership is concerned.
    pub(super) fn owning(&self) -> Owning<'_> {
        let target = &self.target;
        let api_version = target.document_kind().group_version().to_string();
        let schema = target.document_schema();
        Owning {
            resource: &target.resource,
            view: (*target.view() != View::Whole)
                .then(|| OneVersion { api_version: api_version.as_str().into(), schema: schema.clone() }),
            schema,
            api_version,
            manager: self.field_manager(),
            subresource: target.subresource().map(|sub| sub.name.as_str()).unwrap_or_default(),
            ignored: self.ignored_fields(),
            now: self.now(),
        }
    }

    /// Members that this write cannot change.
    fn ignored_fields(&self) -> FieldSet {
        let resets: &[Str] = match self.target.subresource() {
            Some(sub) => &sub.resets,
            None => &self.target.resource.strategy.resets,
        };
        FieldSet::of_names(resets.iter().map(Str::as_str))
    }

    /// `fieldManager`, else the client's own name: its user agent up to the first slash.
    fn field_manager(&self) -> String {
        if let Some(given) = self.query.first("fieldManager").filter(|given| !given.is_empty()) {
            return given.to_owned();
        }
        let agent = self.head.headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok());
        let name = agent.unwrap_or_default().split('/').next().unwrap_or_default();
        let mut manager = String::new();
        for letter in name.chars().filter(|letter| !letter.is_control()) {
            if manager.len() + letter.len_utf8() > MANAGER_MAX {
                break;
            }
            manager.push(letter);
        }
        manager
    }
}

/// What [`ownership::Write`] is about, held.
pub(super) struct Owning<'a> {
    resource: &'a Resource,
    /// What documents of a view have instead of the resource's versions.
    view: Option<OneVersion>,
    schema: &'a Struct,
    api_version: String,
    manager: String,
    subresource: &'a str,
    ignored: FieldSet,
    now: String,
}

impl Owning<'_> {
    pub(super) fn write(&self) -> ownership::Write<'_> {
        ownership::Write {
            versions: match &self.view {
                Some(view) => view,
                None => self.resource,
            },
            schema: self.schema,
            api_version: &self.api_version,
            manager: &self.manager,
            subresource: self.subresource,
            ignored: &self.ignored,
            now: &self.now,
        }
    }
}
