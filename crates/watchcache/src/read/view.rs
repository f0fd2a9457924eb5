//! A resource as readers see it.

use std::sync::Arc;

use pintle_storage::KeyRange;

use super::{Freshness, ListRequest};
use crate::cache::Shared;
use crate::entry::IndexedField;
use crate::error::{Error, Result};
use crate::lane::{Lane, Status};
use crate::resource::{ResourceCache, Slot};
use crate::watch::{Start, WatchRequest, Watcher};

/// One resource of the cache. Cheap to clone, and good for as long as the cache is.
#[derive(Clone, Debug)]
pub struct ResourceView {
    pub(super) cache: Arc<Shared>,
    pub(super) lane: Arc<Lane>,
    pub(super) resource: Arc<ResourceCache>,
}

impl ResourceView {
    pub(crate) fn new(cache: Arc<Shared>, lane: Arc<Lane>, resource: Arc<ResourceCache>) -> ResourceView {
        ResourceView { cache, lane, resource }
    }

    /// What all keys of the resource begin with, storage prefix and the slash at the end included.
    pub fn prefix(&self) -> &[u8] {
        &self.resource.prefix
    }

    /// The key of an object; without a namespace, of one that is not in any.
    pub fn key(&self, namespace: Option<&str>, name: &str) -> Vec<u8> {
        let mut key = self.resource.prefix.to_vec();
        if let Some(namespace) = namespace {
            key.extend_from_slice(namespace.as_bytes());
            key.push(b'/');
        }
        key.extend_from_slice(name.as_bytes());
        key
    }

    /// The keys of a namespace, or of all.
    pub fn range(&self, namespace: Option<&str>) -> KeyRange {
        KeyRange::prefix(match namespace {
            Some(_) => self.key(namespace, ""),
            None => self.resource.prefix.to_vec(),
        })
    }

    /// Whether entries are kept, or gets and lists read storage.
    pub fn is_cached(&self) -> bool {
        self.lane.cached
    }

    /// The fields that objects are found by.
    pub fn fields(&self) -> Arc<[IndexedField]> {
        self.resource.look(|state| Arc::clone(state.map.fields()))
    }

    /// Begins to watch. What happens after this is answered is delivered.
    ///
    /// # Errors
    /// [`Expired`](Error::Expired) when changes since the revision asked for are no longer held;
    /// [`NotReady`](Error::NotReady) also while the stream of changes is lost; for the rest as of [`get`](Self::get).
    pub async fn watch(&self, request: WatchRequest) -> Result<Watcher> {
        self.loaded(self.deadline()).await?;
        if *self.lane.status().borrow() != Status::Live {
            return Err(Error::NotReady);
        }
        let WatchRequest { interest, filter, start } = request;
        let (list, after) = match start {
            Start::After(revision) | Start::Live(Freshness::Exact(revision)) => (None, Some(revision)),
            Start::Live(Freshness::Any) => (None, None),
            Start::Live(Freshness::Latest) => (None, Some(self.cache.probe.revision().await?)),
            Start::Live(Freshness::NotOlderThan(revision)) => {
                self.reach(revision, self.deadline()).await?;
                (None, None)
            }
            Start::InitialThenLive(freshness) => {
                let range = interest.range(&self.resource.prefix);
                let request = ListRequest::new(range, freshness).field(interest.field.clone());
                let list = self.snapshot(&request).await?;
                let revision = list.revision();
                (Some(list), Some(revision))
            }
        };
        let slot = Arc::new(Slot::new(list, after.unwrap_or_default()));
        let joined = self
            .resource
            .join(|fields| interest.group(fields), after, &slot)
            .map_err(|oldest| Error::Expired { oldest })?;
        let after = after.unwrap_or(joined.applied);
        let place = (Arc::clone(&self.resource), Arc::clone(&self.lane));
        Ok(Watcher::new(place, (interest, filter), slot, joined, after))
    }
}
