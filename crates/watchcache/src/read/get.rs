//! Getting one object.

use std::sync::Arc;

use pintle_storage::Revision;

use super::snapshot::undecryptable;
use super::{Freshness, ResourceView};
use crate::entry::Entry;
use crate::error::Result;
use crate::resource::undo;

/// One object, or that there is none, and the revision at which that is true.
#[derive(Clone, Debug)]
pub struct Found {
    /// The revision at which it is true.
    pub revision: Revision,
    /// The object, if there is one.
    pub entry: Option<Arc<Entry>>,
}

impl ResourceView {
    /// The object stored under `key`, which must be of this resource.
    ///
    /// # Errors
    /// [`TooLargeRevision`](crate::Error::TooLargeRevision) and [`NotReady`](crate::Error::NotReady) after
    /// [`Timing::fresh`](crate::Timing::fresh); [`Expired`](crate::Error::Expired) for an exact revision that is
    /// compacted; [`Undecryptable`](crate::Error::Undecryptable); [`Storage`](crate::Error::Storage) when it had to be
    /// asked and failed.
    pub async fn get(&self, key: &[u8], freshness: Freshness) -> Result<Found> {
        let found = match freshness {
            _ if !self.lane.cached => self.get_stored(key, freshness).await?,
            Freshness::Any => {
                self.loaded(self.deadline()).await?;
                self.get_held(key)
            }
            Freshness::NotOlderThan(revision) => {
                let deadline = self.deadline();
                self.loaded(deadline).await?;
                self.reach(revision, deadline).await?;
                self.get_held(key)
            }
            Freshness::Exact(revision) => self.get_at(key, revision).await?,
            Freshness::Latest => match self.catch_up(self.cache.timing.get).await? {
                true => self.get_held(key),
                false => self.get_stored(key, freshness).await?,
            },
        };
        match found.entry.as_ref().and_then(|entry| undecryptable(entry)) {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    fn get_held(&self, key: &[u8]) -> Found {
        // Read first: everything up to here is in the map when the lock is taken.
        let reached = self.lane.reached.revision();
        self.resource
            .look(|state| Found { revision: reached.max(state.applied), entry: state.map.get(key).cloned() })
    }

    async fn get_at(&self, key: &[u8], revision: Revision) -> Result<Found> {
        let deadline = self.deadline();
        self.loaded(deadline).await?;
        self.reach(revision, deadline).await?;
        match self.resource.look(|state| state.at(revision)) {
            Some((mut map, changes)) => {
                undo(&mut map, &changes);
                Ok(Found { revision, entry: map.get(key).cloned() })
            }
            None => self.get_stored(key, Freshness::Exact(revision)).await,
        }
    }
}
