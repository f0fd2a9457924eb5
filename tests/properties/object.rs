//! An object that is written to as the server writes: ownership, normal form, defaults.

use super::documents::{self, Choices};
use pintle_meta::Value;
use pintle_schema::object_meta::set_meta;
use pintle_schema::ownership::{self, FieldSet};
use pintle_schema::resource::Version;
use pintle_schema::{Resource, Struct, decode, form};
use std::sync::Arc;

pub(crate) const NOW: &str = "2026-11-26T03:04:05Z";

/// Members of which a kind's hook makes others, or that it makes of others: they are not what was sent.
const MADE_OF_OTHERS: [&[&str]; 2] = [&["stringData"], &["spec", "podCIDRs"]];

/// One version of a resource, and what its writes do.
pub(crate) struct Kind {
    resource: Arc<Resource>,
    version: usize,
    with_defaults: bool,
}

impl Kind {
    pub(crate) fn chosen(choices: &mut Choices<'_>) -> Kind {
        let (resource, version) = documents::kind(choices);
        Kind { resource, version, with_defaults: true }
    }

    pub(crate) fn without_defaults(self) -> Kind {
        Kind { with_defaults: false, ..self }
    }

    pub(crate) fn version(&self) -> &Version {
        &self.resource.versions[self.version]
    }

    pub(crate) fn schema(&self) -> &Struct {
        &self.version().schema
    }

    /// A document that this kind's main resource takes all of.
    pub(crate) fn document(&self, choices: &mut Choices<'_>) -> Value {
        let mut document = documents::document(choices, self.version());
        for name in &self.resource.strategy.resets {
            let path: Vec<&str> = name.split('.').collect();
            document.take_at(&path);
        }
        for path in MADE_OF_OTHERS {
            document.take_at(path);
        }
        document
    }

    /// The same without members that say nothing.
    pub(crate) fn full_document(&self, choices: &mut Choices<'_>) -> Value {
        documents::without_empty(self.document(choices))
    }

    /// In normal form, with defaults.
    pub(crate) fn normal(&self, document: Value) -> Value {
        self.try_normal(document).expect("made by its type")
    }

    fn try_normal(&self, document: Value) -> Result<Value, String> {
        let decoded = decode::unstructured(document, self.schema()).map_err(|error| error.to_string())?;
        let mut object = decoded.value;
        if self.with_defaults {
            form::default(&self.resource, self.version(), &mut object);
        }
        Ok(object)
    }

    pub(crate) fn nothing(&self) -> Value {
        decode::zero(self.schema())
    }

    /// A new object, written by `manager`.
    pub(crate) fn created(&self, document: Value, manager: &str) -> Value {
        self.updated(&self.nothing(), document, manager)
    }

    /// What replaces `live`.
    pub(crate) fn updated(&self, live: &Value, document: Value, manager: &str) -> Value {
        let mut object = self.normal(document);
        self.as_writer(manager, |write| ownership::update(write, live, &mut object));
        self.with_uid(object)
    }

    /// The object after an apply of what may be anything.
    ///
    /// # Errors
    /// In the words of whatever refuses it.
    pub(crate) fn applied(
        &self,
        live: &Value,
        config: &Value,
        manager: &str,
        force: bool,
    ) -> Result<Value, String> {
        let applied = self.as_writer(manager, |write| ownership::apply(write, live, config, force));
        let applied = applied.map_err(|error| error.to_string())?;
        let Some(applied) = applied else { return Ok(live.clone()) };
        let mut object = match applied.document {
            Some(merged) => self.try_normal(merged)?,
            None => live.clone(),
        };
        applied.managers.write_to(self.schema(), &mut object);
        Ok(self.with_uid(object))
    }

    fn with_uid(&self, mut object: Value) -> Value {
        set_meta(self.schema(), &mut object, "uid", "0-0");
        object
    }

    fn as_writer<T>(&self, manager: &str, write: impl FnOnce(&ownership::Write<'_>) -> T) -> T {
        let api_version = self.version().group_version().to_string();
        let ignored = FieldSet::of_names(self.resource.strategy.resets.iter().map(|name| name.as_str()));
        write(&ownership::Write {
            versions: &*self.resource,
            schema: self.schema(),
            api_version: &api_version,
            manager,
            subresource: "",
            ignored: &ignored,
            now: NOW,
        })
    }
}
