//! The write itself: one transaction that succeeds only if nobody was faster.

use super::Write;
use super::live::Live;
use super::validate::Valid;
use crate::request::read::storage_status;
use bytes::Bytes;
use pintle_meta::{Status, Value};
use pintle_schema::form;
use pintle_storage::{Compare, Op, Revision, Txn, TxnResponse};

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
        dry_run: bool,
    ) -> Result<Committed, Status> {
        let (stored, bytes) = self.stored_form(valid)?;
        if dry_run {
            return match self.stored(name).await? {
                Some(live) => Ok(Committed::Lost(Some(live))),
                None => Ok(Committed::Done(self.shown(stored, Revision::ZERO))),
            };
        }
        let key = self.key(name);
        let txn = Txn::new()
            .when(Compare::absent(key.clone()))
            .then(Op::put(key.clone(), bytes))
            .otherwise(Op::get(key));
        self.finish(stored, self.run(txn).await?)
    }

    /// Stores the successor of `live`.
    pub(super) async fn commit_update(
        &self,
        name: &str,
        valid: Valid,
        live: &Live,
        dry_run: bool,
    ) -> Result<Committed, Status> {
        let (stored, bytes) = self.stored_form(valid)?;
        if dry_run {
            return Ok(Committed::Done(self.shown(stored, live.revision)));
        }
        let key = self.key(name);
        let txn = Txn::new()
            .when(Compare::unchanged(key.clone(), live.revision))
            .then(Op::put(key.clone(), bytes))
            .otherwise(Op::get(key));
        self.finish(stored, self.run(txn).await?)
    }

    /// Whether storing `valid` would change nothing.
    pub(super) fn is_unchanged(&self, valid: &Valid, live: &Live) -> Result<bool, Status> {
        Ok(!live.stale && self.stored_form(valid.clone())?.1 == live.stored)
    }

    /// Deletes what `live` is; what is there now when somebody was faster.
    pub(super) async fn commit_delete(&self, name: &str, live: &Live) -> Result<Option<Committed>, Status> {
        let key = self.key(name);
        let txn = Txn::new()
            .when(Compare::unchanged(key.clone(), live.revision))
            .then(Op::delete(key.clone()))
            .otherwise(Op::get(key));
        let response = self.run(txn).await?;
        if response.succeeded {
            return Ok(None);
        }
        Ok(Some(Committed::Lost(self.found_instead(response)?)))
    }

    async fn run(&self, txn: Txn) -> Result<TxnResponse, Status> {
        self.server.storage.txn(txn).await.map_err(|error| storage_status(&error))
    }

    fn finish(&self, stored: Value, response: TxnResponse) -> Result<Committed, Status> {
        if response.succeeded {
            return Ok(Committed::Done(self.shown(stored, response.revision)));
        }
        Ok(Committed::Lost(self.found_instead(response)?))
    }

    fn found_instead(&self, response: TxnResponse) -> Result<Option<Live>, Status> {
        let range = response.responses.into_iter().find_map(pintle_storage::OpResponse::into_range);
        let kv = range.and_then(|range| range.kvs.into_iter().next());
        kv.map(|kv| self.live_of(&kv)).transpose()
    }

    fn stored_form(&self, valid: Valid) -> Result<(Value, Bytes), Status> {
        let storage = self.target.resource.storage.as_ref().ok_or_else(Status::method_not_allowed)?;
        let stored = form::to_stored(&self.target.resource, storage, self.target.version(), valid.object);
        let bytes = form::stored_bytes(storage, &stored, self.server.config.stored_as)
            .map_err(|error| Status::internal(error.to_string()))?;
        Ok((stored, bytes))
    }

    fn shown(&self, stored: Value, revision: Revision) -> Value {
        let (resource, version) = (&self.target.resource, self.target.version());
        match resource.storage.as_ref() {
            Some(storage) => form::serve(resource, storage, version, stored, revision.get()),
            None => stored,
        }
    }
}
