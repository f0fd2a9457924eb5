//! Answers read from storage: of lanes that keep no entries, of revisions that are no longer at hand, and while the
//! cache lags behind.

use std::sync::Arc;

use pintle_storage::{Error as StorageError, KeyRange, KeyValue, RangeRequest, RangeResponse, Revision, key};

use super::snapshot::starting_at;
use super::{Found, Freshness, ListRequest, ResourceView, Snapshot};
use crate::entry::Entry;
use crate::error::{Error, Result};

impl ResourceView {
    pub(super) async fn get_stored(&self, key: &[u8], freshness: Freshness) -> Result<Found> {
        let range = KeyRange::key(key.to_vec());
        let response = self.read(RangeRequest::new(range), freshness).await?;
        let revision = match freshness {
            Freshness::Exact(revision) => revision,
            _ => response.revision,
        };
        Ok(Found { revision, entry: response.kvs.into_iter().next().map(|kv| self.passing(kv)) })
    }

    /// In pages, all at the revision of the first.
    pub(super) async fn list_stored(&self, request: &ListRequest) -> Result<Snapshot> {
        let wanted = if request.limit == 0 { u64::MAX } else { request.limit };
        let mut freshness = request.freshness;
        let mut range = request.range.clone();
        let mut entries = Vec::new();
        loop {
            let room = wanted - entries.len() as u64;
            let page = RangeRequest::new(range.clone()).limit(self.cache.page_size.min(room));
            let response = self.read(page, freshness).await?;
            let revision = match freshness {
                Freshness::Exact(revision) => revision,
                _ => response.revision,
            };
            freshness = Freshness::Exact(revision);
            let beyond = response.count - response.kvs.len() as u64;
            let next = response.kvs.last().map(|last| key::successor(&last.key));
            entries.extend(response.kvs.into_iter().map(|kv| self.passing(kv)));
            match next {
                Some(next) if response.more && (entries.len() as u64) < wanted => {
                    range = starting_at(&range, next)
                }
                _ => return Ok(Snapshot::of_read(revision, request.range.clone(), entries, beyond)),
            }
        }
    }

    async fn read(&self, request: RangeRequest, freshness: Freshness) -> Result<RangeResponse> {
        let (request, asked) = match freshness {
            Freshness::Any => (request.serializable(), Revision::ZERO),
            Freshness::Exact(revision) => (request.at(revision), revision),
            Freshness::NotOlderThan(revision) => (request, revision),
            Freshness::Latest => (request, Revision::ZERO),
        };
        let current = match self.cache.storage.range(request).await {
            Ok(response) if response.revision >= asked => return Ok(response),
            Ok(response) => response.revision,
            Err(StorageError::Compacted { revision }) => return Err(Error::Expired { oldest: revision }),
            Err(StorageError::FutureRevision) => self.lane.reached.revision(),
            Err(error) => return Err(error.into()),
        };
        Err(Error::TooLargeRevision { asked, current })
    }

    fn passing(&self, kv: KeyValue) -> Arc<Entry> {
        Entry::passing(kv, self.resource.prefix.len())
    }
}
