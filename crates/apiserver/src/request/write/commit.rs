//! The write itself: one transaction that succeeds only if nobody was faster.

use super::Write;
use super::live::Live;
use super::validate::Valid;
use crate::request::read::storage_status;
use bytes::Bytes;
use pintle_meta::{ObjectMut, Status, Value};
use pintle_schema::form;
use pintle_storage::{Compare, Error as StorageError, Op, Revision, Txn, TxnResponse};

/// On what terms an object is stored.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    /// Not at all: only as far as one would see.
    pub(super) dry_run: bool,
    /// Without its owners, when it is too large with them.
    pub(super) may_shed_owners: bool,
}

/// An object as it would be stored.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    object: Value,
    bytes: Bytes,
    /// What it replaces.
    before: Option<Bytes>,
}

/// How a commit ended.
pub(super) enum Committed {
    /// Stored, or found to be stored already; the object as clients see it.
    Done(Value),
    /// Somebody was faster; what is there now, if anything.
    Lost(Option<Live>),
}

impl Write {
    /// Stores a new object.
    pub(super) async fn commit_create(
        &self,
        name: &str,
        valid: Valid,
        terms: Terms,
    ) -> Result<Committed, Status> {
        let stored = self.stored_form(valid, None)?;
        if terms.dry_run {
            return match self.stored(name).await? {
                Some(live) => Ok(Committed::Lost(Some(live))),
                None => Ok(Committed::Done(self.shown(stored.object, Revision::ZERO))),
            };
        }
        self.put(Compare::absent(self.key(name)), name, stored, terms).await
    }

    /// Stores the successor of `live`.
    pub(super) async fn commit_update(
        &self,
        name: &str,
        stored: Stored,
        live: &Live,
        terms: Terms,
    ) -> Result<Committed, Status> {
        if terms.dry_run {
            return Ok(Committed::Done(self.shown(stored.object, live.revision)));
        }
        self.put(Compare::unchanged(self.key(name), live.revision), name, stored, terms).await
    }

    async fn put(
        &self,
        nobody_was_faster: Compare,
        name: &str,
        stored: Stored,
        terms: Terms,
    ) -> Result<Committed, Status> {
        let key = self.key(name);
        let Stored { object: mut stored, bytes, before } = stored;
        let txn = |bytes| {
            Txn::new()
                .when(nobody_was_faster.clone())
                .then(Op::put(key.clone(), bytes))
                .otherwise(Op::get(key.clone()))
        };
        let mut outcome = self.server.storage.txn(txn(bytes)).await;
        if terms.may_shed_owners && matches!(outcome, Err(StorageError::TooLarge)) {
            stored.remove_meta("managedFields");
            let bytes = self.stored_bytes(&stored, before.as_ref())?;
            outcome = self.server.storage.txn(txn(bytes)).await;
        }
        let response = outcome.map_err(|error| storage_status(&error))?;
        if response.succeeded {
            return Ok(Committed::Done(self.shown(stored, response.revision)));
        }
        Ok(Committed::Lost(self.found_instead(response)?))
    }

    /// Whether storing it would change nothing.
    pub(super) fn is_unchanged(stored: &Stored, live: &Live) -> bool {
        !live.stale && stored.bytes == live.stored
    }

    /// Deletes what `live` is; what is there now when somebody was faster.
    pub(super) async fn commit_delete(&self, name: &str, live: &Live) -> Result<Option<Committed>, Status> {
        let key = self.key(name);
        let txn = Txn::new()
            .when(Compare::unchanged(key.clone(), live.revision))
            .then(Op::delete(key.clone()))
            .otherwise(Op::get(key));
        let response = self.server.storage.txn(txn).await.map_err(|error| storage_status(&error))?;
        if response.succeeded {
            return Ok(None);
        }
        Ok(Some(Committed::Lost(self.found_instead(response)?)))
    }

    fn found_instead(&self, response: TxnResponse) -> Result<Option<Live>, Status> {
        let range = response.responses.into_iter().find_map(pintle_storage::OpResponse::into_range);
        let kv = range.and_then(|range| range.kvs.into_iter().next());
        kv.map(|kv| self.live_of(&kv)).transpose()
    }

    /// The stored form of a new object, or of the successor of `live`.
    pub(super) fn stored_form(&self, valid: Valid, live: Option<&Live>) -> Result<Stored, Status> {
        let storage = self.target.resource.storage.as_ref().ok_or_else(Status::method_not_allowed)?;
        let object = form::to_stored(&self.target.resource, storage, self.target.version(), valid.object);
        let before = live.map(|live| live.stored.clone());
        let bytes = self.stored_bytes(&object, before.as_ref())?;
        Ok(Stored { object, bytes, before })
    }

    fn stored_bytes(&self, object: &Value, before: Option<&Bytes>) -> Result<Bytes, Status> {
        let storage = self.target.resource.storage.as_ref().ok_or_else(Status::method_not_allowed)?;
        let bytes = form::stored_bytes(storage, object, self.server.config.stored_as)
            .map_err(|error| Status::internal(error.to_string()))?;
        match before {
            Some(before) => form::keep_unknown(storage, before, bytes)
                .map_err(|error| Status::internal(error.to_string())),
            None => Ok(bytes),
        }
    }

    fn shown(&self, stored: Value, revision: Revision) -> Value {
        let (resource, version) = (&self.target.resource, self.target.version());
        match resource.storage.as_ref() {
            Some(storage) => form::serve(resource, storage, version, stored, revision.get()),
            None => stored,
        }
    }
}
