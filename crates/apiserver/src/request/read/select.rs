//! Selectors over cached entries: labels and indexed fields by scanning, names from the key, other fields from the
//! decoded object.

use super::options::ListOptions;
use crate::served::Target;
use pintle_meta::selector::{FieldSelector, LabelSelector};
use pintle_meta::{Str, Value};
use pintle_schema::form;
use pintle_watchcache::{Entry, Filter, IndexedField, Interest, ResourceView};
use std::cell::LazyCell;
use std::sync::Arc;

/// What a list or watch picks.
#[derive(Clone, Debug)]
pub struct Selection {
    target: Target,
    labels: LabelSelector,
    fields: FieldSelector,
    indexed: Arc<[IndexedField]>,
}

impl Selection {
    /// The selectors of `options` over objects of `target`, which are in `view`.
    pub fn new(target: &Target, view: &ResourceView, options: &ListOptions) -> Selection {
        let (labels, fields) = (options.labels.clone(), options.fields.clone());
        Selection { target: target.clone(), labels, fields, indexed: view.fields() }
    }

    /// Whether everything is picked.
    pub fn is_everything(&self) -> bool {
        self.labels.is_everything() && self.fields.is_everything()
    }

    /// What of the selection the cache can look up.
    pub fn interest(&self, namespace: &str) -> Interest {
        let name = self.fields.exact("metadata.name").map(Str::from);
        let namespace = (!namespace.is_empty()).then(|| Str::from(namespace));
        Interest { namespace, name, field: self.indexed() }
    }

    /// An indexed field and the one value that is picked.
    pub fn indexed(&self) -> Option<(Str, Str)> {
        self.indexed.iter().find_map(|indexed| {
            let mut labels = self.target.version().selectable_fields.iter();
            let value = labels.find_map(|selectable| {
                (selectable.field == indexed.name).then(|| self.fields.exact(&selectable.label)).flatten()
            })?;
            Some((indexed.name.clone(), Str::from(value)))
        })
    }

    fn fields_match(&self, entry: &Entry) -> bool {
        if self.fields.is_everything() {
            return true;
        }
        // Decoded at most once, and only for who asks for more than can be seen without.
        let object = LazyCell::new(|| self.decode(entry));
        self.fields.matches(|label| match label {
            "metadata.name" => Str::from(entry.name()),
            "metadata.namespace" => Str::from(entry.namespace()),
            label => match self.indexed.iter().find(|indexed| indexed.name == *self.member(label)) {
                Some(indexed) => indexed.value(entry),
                None => object.as_ref().map(|object| self.field(object, label)).unwrap_or_default(),
            },
        })
    }

    /// The member that a selector's label stands for.
    fn member<'a>(&'a self, label: &'a str) -> &'a str {
        let selectable = &self.target.version().selectable_fields;
        selectable.iter().find(|field| field.label == label).map_or(label, |field| &field.field)
    }

    fn decode(&self, entry: &Entry) -> Option<Value> {
        let storage = self.target.resource.storage.as_ref()?;
        let bytes = entry.value().ok()?;
        let version = self.target.version();
        form::from_stored(&self.target.resource, storage, version, bytes, entry.mod_revision().get()).ok()
    }

    /// The text of a selectable field: the kind's own, or the member of that name.
    fn field(&self, object: &Value, label: &str) -> Str {
        let field = self.member(label);
        if let Some(text) = self.target.resource.hooks.selectable_field(object, field) {
            return Str::from(text);
        }
        let path: Vec<&str> = field.split('.').collect();
        match object.at(&path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(flag)) => Str::from(flag.to_string()),
            Some(Value::Int(number)) => Str::from(number.to_string()),
            _ => Str::new(),
        }
    }
}

impl Filter for Selection {
    fn matches(&self, entry: &Entry) -> bool {
        let labels = entry.labels();
        (self.labels.is_everything() || self.labels.matches_by(|key| labels.get(key)))
            && self.fields_match(entry)
    }
}
