//! Listing: a snapshot of a range.

use pintle_storage::KeyRange;
use tokio::time::timeout_at;

use super::{Freshness, ResourceView, Snapshot};
use crate::error::{Error, Result};
use crate::resource::undo;

/// Which objects to list, and as of when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// Keys, all of this resource. To go on after a page: from the [successor](pintle_storage::key::successor) of its
    /// last key.
    pub range: KeyRange,
    /// How fresh.
    pub freshness: Freshness,
    /// How many objects the caller is going to look at, 0 for all. A list from the cache holds all of them nevertheless;
    /// one that storage has to answer holds about so many.
    pub limit: u64,
}

impl ListRequest {
    /// Everything in `range`.
    pub fn new(range: KeyRange, freshness: Freshness) -> ListRequest {
        ListRequest { range, freshness, limit: 0 }
    }

    /// The first so many are enough, if more costs more.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> ListRequest {
        self.limit = limit;
        self
    }
}

impl ResourceView {
    /// The objects of a range at one revision.
    ///
    /// # Errors
    /// As of [`get`](Self::get). One value that cannot be decrypted fails the list.
    pub async fn list(&self, request: ListRequest) -> Result<Snapshot> {
        self.snapshot(&request).await?.check_readable()
    }

    /// The same, unreadable values included.
    pub(super) async fn snapshot(&self, request: &ListRequest) -> Result<Snapshot> {
        match request.freshness {
            _ if !self.lane.cached => self.list_stored(request).await,
            Freshness::Any => {
                self.loaded(self.deadline()).await?;
                Ok(self.list_held(request))
            }
            Freshness::NotOlderThan(revision) => {
                let deadline = self.deadline();
                self.loaded(deadline).await?;
                self.reach(revision, deadline).await?;
                Ok(self.list_held(request))
            }
            Freshness::Exact(_) => self.list_at(request).await,
            Freshness::Latest => match self.catch_up(self.cache.timing.fresh).await? {
                true => Ok(self.list_held(request)),
                false => self.list_in_turn(request).await,
            },
        }
    }

    fn list_held(&self, request: &ListRequest) -> Snapshot {
        // Read first: everything up to here is in the map when the lock is taken.
        let reached = self.lane.reached.revision();
        let (map, applied) = self.resource.look(|state| (state.map.clone(), state.applied));
        Snapshot::of_map(reached.max(applied), request.range.clone(), map)
    }

    async fn list_at(&self, request: &ListRequest) -> Result<Snapshot> {
        let Freshness::Exact(revision) = request.freshness else {
            return self.list_stored(request).await;
        };
        let deadline = self.deadline();
        self.loaded(deadline).await?;
        self.reach(revision, deadline).await?;
        match self.resource.look(|state| state.at(revision)) {
            Some((mut map, changes)) => {
                undo(&mut map, &changes);
                Ok(Snapshot::of_map(revision, request.range.clone(), map))
            }
            None => self.list_in_turn(request).await,
        }
    }

    /// From storage, a bounded number at a time: this is what the cache is there to spare it.
    async fn list_in_turn(&self, request: &ListRequest) -> Result<Snapshot> {
        let turn = timeout_at(self.deadline(), self.cache.storage_lists.acquire()).await;
        let _turn = turn.map_err(|_| Error::NotReady)?.map_err(|_| Error::NotReady)?;
        self.list_stored(request).await
    }
}
