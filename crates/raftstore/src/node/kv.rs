//! Keys: read, written, compacted.

use super::check::{check_delete, check_put, check_range, check_txn};
use super::propose::Done;
use super::{Node, NodeError, Result};
use crate::machine::Machine;
use crate::state_machine::Answer;
use pintle_storage::{Error, Reason};
use pintle_wire::etcdserverpb::request_op::Request;
use pintle_wire::etcdserverpb::response_op::Response;
use pintle_wire::etcdserverpb::{
    CompactionRequest, CompactionResponse, DeleteRangeRequest, DeleteRangeResponse, PutRequest, PutResponse,
    RangeRequest, RangeResponse, RequestOp, TxnRequest, TxnResponse,
};
use pintle_wire::pintle::command::command::Command;
use std::sync::Arc;

impl Node {
    /// Reads keys: what every answered write has made of them or, if the request says so, what this node knows.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn range(&self, request: &RangeRequest) -> Result<RangeResponse> {
        check_range(request)?;
        if !request.serializable {
            self.linearize().await?;
        }
        let machine = &self.inner.machine;
        let read = if machine.is_large(request) {
            let request = request.clone();
            self.beside(move |machine| machine.range(&request)).await?
        } else {
            machine.range(request)
        };
        let mut response = read.map_err(|error| NodeError::unread(error, machine.compacted()))?;
        response.header = Some(self.header_at(revision(response.header.as_ref())));
        Ok(response)
    }

    /// Writes a key.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn put(&self, request: PutRequest) -> Result<PutResponse> {
        check_put(&request)?;
        match self.one(Request::RequestPut(request)).await? {
            (Response::ResponsePut(mut response), revision) => {
                response.header = Some(self.header_at(revision));
                Ok(response)
            }
            _ => Err(misanswered()),
        }
    }

    /// Deletes keys.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn delete_range(&self, request: DeleteRangeRequest) -> Result<DeleteRangeResponse> {
        check_delete(&request)?;
        match self.one(Request::RequestDeleteRange(request)).await? {
            (Response::ResponseDeleteRange(mut response), revision) => {
                response.header = Some(self.header_at(revision));
                Ok(response)
            }
            _ => Err(misanswered()),
        }
    }

    /// Compares, and runs one of two lists of operations, at one revision.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn txn(&self, request: TxnRequest) -> Result<TxnResponse> {
        check_txn(&request, self.inner.limits.txn_ops)?;
        if only_reads(&request) {
            return self.read_txn(&request).await;
        }
        let (mut response, revision) = self.transact(request).await?;
        response.header = Some(self.header_at(revision));
        Ok(response)
    }

    /// A transaction that writes nothing whichever branch it takes is a read like any other, as etcd has it
    /// (server/etcdserver/v3_server.go): it is not proposed.
    async fn read_txn(&self, request: &TxnRequest) -> Result<TxnResponse> {
        // Without any range its compares are what is asked for, and nothing allows them to be stale.
        let may_be_stale = ranges(request).flatten().all(|range| range.serializable);
        if !may_be_stale || ranges(request).next().is_none() {
            self.linearize().await?;
        }
        let machine = &self.inner.machine;
        let read = if ranges(request).flatten().any(|range| machine.is_large(range)) {
            let request = request.clone();
            self.beside(move |machine| machine.read_txn(&request)).await?
        } else {
            machine.read_txn(request)
        };
        let mut response = read.map_err(|error| NodeError::unread(error, machine.compacted()))?;
        response.header = Some(self.header_at(revision(response.header.as_ref())));
        Ok(response)
    }

    /// Forgets what was true only below a revision. With `physical`, answers when the space is free.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn compact(&self, request: CompactionRequest) -> Result<CompactionResponse> {
        let physical = request.physical;
        let done = self.inner.propose(Command::Compact(request)).await?;
        let revision = done.revision;
        self.inner.accepted(done)?;
        if physical {
            self.cleared().await?;
        }
        Ok(CompactionResponse { header: Some(self.header_at(revision)) })
    }

    /// Returns when everything is cleared that compaction has forgotten.
    async fn cleared(&self) -> Result<()> {
        self.beside(Machine::wait_for_clearing).await
    }

    /// Reads on a thread that others don't need, for it may take a while.
    async fn beside<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Machine) -> T + Send + 'static,
    ) -> Result<T> {
        let machine = Arc::clone(&self.inner.machine);
        let reading = tokio::task::spawn_blocking(move || read(&machine)).await;
        reading.map_err(|_| Error::NotApplied(Reason::Stopped).into())
    }

    /// A transaction of one operation that is always run.
    async fn one(&self, request: Request) -> Result<(Response, u64)> {
        let operation = RequestOp { request: Some(request) };
        let request = TxnRequest { success: vec![operation], ..TxnRequest::default() };
        let (response, revision) = self.transact(request).await?;
        let response = response.responses.into_iter().next().and_then(|response| response.response);
        response.map(|response| (response, revision)).ok_or_else(misanswered)
    }

    async fn transact(&self, request: TxnRequest) -> Result<(TxnResponse, u64)> {
        let done = self.inner.propose(Command::Txn(request)).await?;
        let revision = done.revision;
        match self.inner.accepted(done)? {
            Answer::Txn(response) => Ok((response, revision)),
            _ => Err(misanswered()),
        }
    }
}

impl super::Inner {
    /// What a command was answered, if it was not refused.
    pub(super) fn accepted(&self, done: Done) -> Result<Answer> {
        done.answer.map_err(|refusal| NodeError::refused(refusal, self.machine.compacted()))
    }
}

/// Whether there are only ranges in both branches.
fn only_reads(request: &TxnRequest) -> bool {
    ranges(request).all(|range| range.is_some())
}

/// The ranges of both branches; `None` for what is no range.
fn ranges(request: &TxnRequest) -> impl Iterator<Item = Option<&RangeRequest>> {
    request.success.iter().chain(&request.failure).map(|operation| match &operation.request {
        Some(Request::RequestRange(range)) => Some(range),
        _ => None,
    })
}

fn revision(header: Option<&pintle_wire::etcdserverpb::ResponseHeader>) -> u64 {
    header.and_then(|header| u64::try_from(header.revision).ok()).unwrap_or_default()
}

/// A command was answered as another kind of command would be.
fn misanswered() -> NodeError {
    Error::Unknown(Reason::Unavailable("a command was answered as another would be".into())).into()
}
