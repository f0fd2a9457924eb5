//! Selectors over cached entries: labels by scanning, names from the key, other fields from the decoded object.

use super::options::ListOptions;
use crate::served::Target;
use pintle_meta::selector::{FieldSelector, LabelSelector};
use pintle_meta::{Str, Value};
use pintle_schema::form;
use pintle_watchcache::{Entry, Filter, Interest};

/// What a list or watch picks.
#[derive(Clone, Debug)]
pub struct Selection {
    target: Target,
    labels: LabelSelector,
    fields: FieldSelector,
}

impl Selection {
    /// The selectors of `options` over objects of `target`.
    pub fn new(target: &Target, options: &ListOptions) -> Selection {
        Selection { target: target.clone(), labels: options.labels.clone(), fields: options.fields.clone() }
    }

    /// Whether everything is picked.
    pub fn is_everything(&self) -> bool {
        self.labels.is_everything() && self.fields.is_everything()
    }

    /// What of the selection the cache can look up.
    pub fn interest(&self, namespace: &str) -> Interest {
        let name = self.fields.exact("metadata.name").map(Str::from);
        let selectable = &self.target.version().selectable_fields;
        let field = selectable
            .iter()
            .find_map(|field| Some((field.field.clone(), Str::from(self.fields.exact(&field.label)?))));
        let namespace = (!namespace.is_empty()).then(|| Str::from(namespace));
        Interest { namespace, name, field }
    }

    fn fields_match(&self, entry: &Entry) -> bool {
        if self.fields.is_everything() {
            return true;
        }
        let in_key = |field: &str| matches!(field, "metadata.name" | "metadata.namespace");
        let by_key = self.fields.requirements().iter().all(|requirement| in_key(&requirement.field));
        let object = if by_key { None } else { self.decode(entry) };
        self.fields.matches(|field| match field {
            "metadata.name" => Str::from(entry.name()),
            "metadata.namespace" => Str::from(entry.namespace()),
            field => object.as_ref().map(|object| self.field(object, field)).unwrap_or_default(),
        })
    }

    fn decode(&self, entry: &Entry) -> Option<Value> {
        let storage = self.target.resource.storage.as_ref()?;
        let bytes = entry.value().ok()?;
        let version = self.target.version();
        form::from_stored(&self.target.resource, storage, version, bytes, entry.mod_revision().get()).ok()
    }

    /// The text of a selectable field: the kind's own, or the member of that name.
    fn field(&self, object: &Value, label: &str) -> Str {
        let selectable = &self.target.version().selectable_fields;
        let field = selectable.iter().find(|field| field.label == label).map_or(label, |field| &field.field);
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
