//! Selectors over cached entries: labels by scanning, names from the key, other fields from the decoded object.

use super::options::ListOptions;
use crate::served::Target;
use pintle_meta::selector::{FieldSelector, LabelSelector};
use pintle_meta::{Map, Value};
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

    /// What of the selection the cache can index.
    pub fn interest(&self, namespace: &str) -> Interest {
        let name = self.fields.exact("metadata.name").map(str::to_owned);
        let field = self
            .target
            .version()
            .selectable_fields
            .iter()
            .find_map(|field| Some((field.to_string(), self.fields.exact(field)?.to_owned())));
        let namespace = (!namespace.is_empty()).then(|| namespace.to_owned());
        Interest { namespace, name, field }
    }

    fn fields_match(&self, entry: &Entry) -> bool {
        if self.fields.is_everything() {
            return true;
        }
        let in_key = |field: &str| matches!(field, "metadata.name" | "metadata.namespace");
        let object = if self.fields.requirements().all(|requirement| in_key(&requirement.field)) {
            None
        } else {
            self.decode(entry)
        };
        self.fields.matches(|field| match field {
            "metadata.name" => entry.name().to_owned(),
            "metadata.namespace" => entry.namespace().to_owned(),
            field => object.as_ref().map_or_else(String::new, |object| self.field(object, field)),
        })
    }

    fn decode(&self, entry: &Entry) -> Option<Value> {
        let storage = self.target.resource.storage.as_ref()?;
        let bytes = entry.value().ok()?;
        let version = self.target.version();
        form::from_stored(&self.target.resource, storage, version, bytes, entry.mod_revision().get()).ok()
    }

    fn field(&self, object: &Value, field: &str) -> String {
        if let Some(value) = self.target.resource.hooks.selectable_field(object, field) {
            return value;
        }
        let path: Vec<&str> = field.split('.').collect();
        match object.at(&path) {
            Some(Value::String(text)) => text.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(Value::Int(number)) => number.to_string(),
            _ => String::new(),
        }
    }
}

impl Filter for Selection {
    fn matches(&self, entry: &Entry) -> bool {
        if !self.labels.is_everything() {
            let empty = Map::new();
            let labels = entry.labels();
            if !self.labels.matches(labels.unwrap_or(&empty)) {
                return false;
            }
        }
        self.fields_match(entry)
    }
}
