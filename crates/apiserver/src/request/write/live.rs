//! The object as it is: from the watch cache first, from storage when that may be behind.
//!
//! Computed from a cached object nothing bad is final: the caller asks [`Live::refresh`] and computes again when
//! the object turns out to have moved.

use super::Write;
use crate::request::read::{cache_status, storage_status};
use bytes::Bytes;
use pintle_meta::{Status, Value};
use pintle_schema::form;
use pintle_storage::{KeyRange, KeyValue, RangeRequest, Revision};
use pintle_watchcache::Freshness;

/// An object as found, in the form of the version that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// The stored bytes.
    pub(super) stored: Bytes,
    /// The object, with its resourceVersion.
    pub(super) object: Value,
    /// When it was last written.
    pub(super) revision: Revision,
    /// Its bytes must be written anew even if nothing changes.
    pub(super) stale: bool,
    /// It may have moved since.
    pub(super) cached: bool,
}

impl Write {
    /// The object of this name as the cache has it; from storage when the cache has none.
    pub(super) async fn live(&self, name: &str) -> Result<Option<Live>, Status> {
        let found = self.view.get(&self.key(name), Freshness::Any).await.map_err(cache_status)?;
        match found.entry {
            Some(entry) => {
                let bytes = entry.value().map_err(Status::internal)?.clone();
                Ok(Some(self.read_live(bytes, entry.mod_revision(), entry.is_stale(), true)?))
            }
            None => self.stored(name).await,
        }
    }

    /// The object of this name as storage has it now.
    pub(super) async fn stored(&self, name: &str) -> Result<Option<Live>, Status> {
        self.read(name).await?.map(|kv| self.live_of(&kv)).transpose()
    }

    async fn read(&self, name: &str) -> Result<Option<KeyValue>, Status> {
        let request = RangeRequest::new(KeyRange::key(self.key(name)));
        let response = self.server.storage.range(request).await.map_err(|error| storage_status(&error))?;
        Ok(response.kvs.into_iter().next())
    }

    /// A value out of storage.
    pub(super) fn live_of(&self, kv: &KeyValue) -> Result<Live, Status> {
        let bytes = kv.bytes().map_err(Status::internal)?.clone();
        self.read_live(bytes, kv.mod_revision, kv.stale, false)
    }

    /// What storage has now, if that is not what `live` is.
    pub(super) async fn refresh(&self, name: &str, live: &Live) -> Result<Refreshed, Status> {
        if !live.cached {
            return Ok(Refreshed::Current);
        }
        Ok(match self.read(name).await? {
            Some(now) if now.mod_revision == live.revision => Refreshed::Current,
            Some(now) => Refreshed::Moved(self.live_of(&now)?),
            None => Refreshed::Gone,
        })
    }

    fn read_live(
        &self,
        stored: Bytes,
        revision: Revision,
        stale: bool,
        cached: bool,
    ) -> Result<Live, Status> {
        let storage = self.target.resource.storage.as_ref().ok_or_else(Status::method_not_allowed)?;
        let (resource, version) = (&self.target.resource, self.target.version());
        let object = form::from_stored(resource, storage, version, &stored, revision.get())
            .map_err(|error| Status::internal(error.to_string()))?;
        Ok(Live { stored, object, revision, stale, cached })
    }
}

/// What a second look showed.
pub(super) enum Refreshed {
    /// Nothing new: what was computed stands.
    Current,
    /// It was changed.
    Moved(Live),
    /// It was deleted.
    Gone,
}
