//! Who owns the fields that a write changed. Before mutation, so that what the server itself adds afterwards belongs
//! to whoever wrote; after defaulting, so that defaults do too.

use super::Write;
use super::live::Live;
use pintle_meta::{GroupVersion, Object, ObjectMut, Str, Value};
use pintle_schema::object_meta::set_meta;
use pintle_schema::ownership::{self, FieldSet, Update, Versioned};
use pintle_schema::resource::View;
use pintle_schema::{decode, form};

/// The longest name of a manager, in bytes.
const MANAGER_MAX: usize = 128;

impl Write {
    /// Ownership of a new object, all of whose fields are its writer's.
    pub(super) fn own_created(&self, object: &mut Value) {
        let zero = decode::zero(&self.target.version().schema);
        self.own(&zero, object, "");
    }

    /// Ownership of the successor of `live`.
    pub(super) fn own_changed(&self, object: &mut Value, live: &Live) {
        match (self.target.subresource(), self.target.view()) {
            (None, _) => self.own(&live.object, object, ""),
            (Some(sub), View::Whole) => self.own(&live.object, object, &sub.name),
            // A view has other fields than the object; who owned the object's goes on to.
            _ => self.keep_owners(object, live),
        }
    }

    fn keep_owners(&self, object: &mut Value, live: &Live) {
        match live.object.metadata().and_then(|meta| meta.get("managedFields")) {
            Some(owners) => set_meta(&self.target.version().schema, object, "managedFields", owners.clone()),
            None => drop(object.remove_meta("managedFields")),
        }
    }

    fn own(&self, live: &Value, object: &mut Value, subresource: &str) {
        let version = self.target.version();
        let ignored = self.ignored_fields();
        let (manager, now) = (self.field_manager(), self.now());
        let write = Update {
            schema: &version.schema,
            api_version: &version.group_version().to_string(),
            manager: &manager,
            subresource,
            ignored: &ignored,
            now: &now,
        };
        let after = object.clone();
        ownership::update(&write, live, object, |other| self.in_version(other, live, &after));
    }

    /// Both documents in another version; `None` when the resource has no such version.
    fn in_version(&self, api_version: &str, live: &Value, object: &Value) -> Option<Versioned> {
        let group_version = GroupVersion::parse(api_version).ok()?;
        let (resource, from) = (&self.target.resource, self.target.version());
        let to = resource.versions.iter().find(|version| version.group_version() == group_version)?;
        let converted = |document: &Value| form::convert(resource, from, to, document.clone());
        Some((to.schema.clone(), converted(live), converted(object)))
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
