//! Listing: a snapshot of a range.

use pintle_meta::Str;
use pintle_storage::{KeyRange, Revision};
use tokio::time::timeout_at;

use super::{Freshness, ResourceView, Snapshot};
use crate::error::{Error, Result};
use crate::resource::{EntryMap, undo};

/// Which objects to list, and as of when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// Keys, all of this resource. To go on after a page: from the [successor](pintle_storage::key::successor) of its
    /// last key.
    pub range: KeyRange,
    /// How fresh.
    pub freshness: Freshness,
    /// Only those with this value in the field of this name, if that is an indexed one; else it narrows nothing.
    pub field: Option<(Str, Str)>,
    /// How many objects the caller is going to look at, 0 for all. A list from the cache holds all of them nevertheless;
    /// one that storage has to answer holds about so many.
    pub limit: u64,
}

impl ListRequest {
    /// Everything in `range`.
    pub fn new(range: KeyRange, freshness: Freshness) -> ListRequest {
        ListRequest { range, freshness, field: None, limit: 0 }
    }

    /// The first so many are enough, if more costs more.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> ListRequest {
        self.limit = limit;
        self
    }

    /// Those with a value in an indexed field are enough.
    #[must_use]
    pub fn field(mut self, field: Option<(Str, Str)>) -> ListRequest {
        self.field = field;
        self
    }

    fn of(&self, revision: Revision, map: EntryMap) -> Snapshot {
        let by = self.field.as_ref().and_then(|(name, value)| {
            let place = map.fields().iter().position(|field| field.name == *name)?;
            Some((place, value.clone()))
        });
        Snapshot::of_map(revision, self.range.clone(), by, map)
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
        request.of(reached.max(applied), map)
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
                Ok(request.of(revision, map))
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
