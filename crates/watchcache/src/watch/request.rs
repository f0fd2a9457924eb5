//! What somebody wants to watch.

use std::sync::Arc;

use pintle_meta::Str;
use pintle_storage::{KeyRange, Revision};

use crate::entry::{Entry, IndexedField};
use crate::read::Freshness;
use crate::resource::{Change, GroupKey};

/// Chooses objects, by a label selector for instance. Must say the same of the same entry every time. It is not asked
/// about entries that could not be decrypted: those are always delivered, so that the watcher can say so.
pub trait Filter: Send + Sync {
    /// Whether the object is chosen.
    fn matches(&self, entry: &Entry) -> bool;
}

impl<F: Fn(&Entry) -> bool + Send + Sync> Filter for F {
    fn matches(&self, entry: &Entry) -> bool {
        self(entry)
    }
}

/// A watch of a resource.
#[derive(Clone)]
pub struct WatchRequest {
    /// Which objects may concern the watcher at all.
    pub interest: Interest,
    /// Which of those do; `None`: all.
    pub filter: Option<Arc<dyn Filter>>,
    /// Where to begin.
    pub start: Start,
}

/// Objects that can be looked up. Others neither wake the watcher nor are delivered; an object whose field takes on or
/// gives up the value counts as added or deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Only of this namespace.
    pub namespace: Option<Str>,
    /// Only of this name.
    pub name: Option<Str>,
    /// Only with this value in the field of this name. A field that is not declared for the resource narrows nothing
    /// here: then the filter must.
    pub field: Option<(Str, Str)>,
}

/// Where a watch begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the changes above this revision, which may be yet to come.
    After(Revision),
    /// With the objects as they are at such a revision, as if each was added, then the end of these, then changes.
    InitialThenLive(Freshness),
    /// With the changes above such a revision.
    Live(Freshness),
}

impl WatchRequest {
    /// Every object of a resource.
    pub fn new(start: Start) -> WatchRequest {
        WatchRequest { interest: Interest::default(), filter: None, start }
    }

    /// Only what is of this interest.
    #[must_use]
    pub fn interest(mut self, interest: Interest) -> WatchRequest {
        self.interest = interest;
        self
    }

    /// Only what this chooses.
    #[must_use]
    pub fn filter(mut self, filter: impl Filter + 'static) -> WatchRequest {
        self.filter = Some(Arc::new(filter));
        self
    }
}

impl Interest {
    /// Of one namespace.
    pub fn namespace(namespace: impl Into<Str>) -> Interest {
        Interest { namespace: Some(namespace.into()), ..Interest::default() }
    }

    /// With one value of an indexed field.
    pub fn field(name: impl Into<Str>, value: impl Into<Str>) -> Interest {
        Interest { field: Some((name.into(), value.into())), ..Interest::default() }
    }

    /// Also of one name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Str>) -> Interest {
        self.name = Some(name.into());
        self
    }

    /// The narrowest of what it can be looked up by.
    pub(crate) fn group(&self, fields: &[IndexedField]) -> GroupKey {
        match (self.namespace.clone(), self.name.clone(), self.field_of(fields)) {
            (Some(namespace), Some(name), _) => GroupKey::Object(namespace, name),
            (None, Some(name), _) => GroupKey::Name(name),
            (_, None, Some((field, value))) => GroupKey::Field(field, value.clone()),
            (Some(namespace), None, None) => GroupKey::Namespace(namespace),
            (None, None, None) => GroupKey::All,
        }
    }

    /// The place of its field among the indexed ones, and the value.
    pub(crate) fn field_of(&self, fields: &[IndexedField]) -> Option<(usize, &Str)> {
        let (name, value) = self.field.as_ref()?;
        Some((fields.iter().position(|field| field.name == *name)?, value))
    }

    /// Keys below `prefix` that may be of interest.
    pub(crate) fn range(&self, prefix: &[u8]) -> KeyRange {
        match (&self.namespace, &self.name) {
            (None, _) => KeyRange::prefix(prefix.to_vec()),
            // A cluster has no namespaces to be in.
            (Some(namespace), Some(name)) if namespace.is_empty() => {
                KeyRange::key([prefix, name.as_bytes()].concat())
            }
            (Some(namespace), _) if namespace.is_empty() => KeyRange::prefix(prefix.to_vec()),
            (Some(namespace), None) => KeyRange::prefix([prefix, namespace.as_bytes(), b"/"].concat()),
            (Some(namespace), Some(name)) => {
                KeyRange::key([prefix, namespace.as_bytes(), b"/", name.as_bytes()].concat())
            }
        }
    }

    /// Whether the key is of interest.
    pub(crate) fn covers_key(&self, entry: &Entry) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| namespace == entry.namespace())
            && self.name.as_ref().is_none_or(|name| name == entry.name())
    }

    /// Whether the object before and after a change was and is of interest.
    pub(crate) fn covers(&self, change: &Change, fields: &[IndexedField]) -> (bool, bool) {
        if !self.covers_key(change.either()) {
            return (false, false);
        }
        match self.field_of(fields) {
            None => (change.previous.is_some(), change.current.is_some()),
            Some((field, value)) => {
                let values = &change.fields(fields)[field];
                let is = |found: &Option<Str>| found.as_ref() == Some(value);
                (is(&values.previous), is(&values.current))
            }
        }
    }
}
