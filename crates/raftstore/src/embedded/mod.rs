//! A node as a [`Storage`], called directly: what `pintle dev` and `pintle apiserver --embedded-storage` keep their data
//! in. No network lies between; everything else is as over etcd's API.

mod watch;

use crate::feed;
use crate::node::{Node, NodeError};
use crate::revisions::Span;
use pintle_storage::etcd::messages::{
    Malformed, position, range_request, range_response, txn_request, txn_response,
};
use pintle_storage::{
    Answer, Error, Lease, LeaseId, LeaseTimeToLive, RangeRequest, RangeResponse, Reason, Result, Revision,
    Status, Storage, Txn, TxnResponse, WatchRequest, WatchStream,
};
use pintle_wire::etcdserverpb::CompactionRequest;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use watch::Progress;

/// The version of etcd whose API a node serves: clients decide by it what they may ask for.
pub const ETCD_VERSION: &str = "3.6.5";

/// A node, as whoever is in the same process uses it.
#[derive(Clone, Debug)]
pub struct Embedded {
    node: Node,
    progress: Arc<Progress>,
}

impl Embedded {
    /// The storage that `node` is.
    pub fn new(node: Node) -> Embedded {
        Embedded { node, progress: Arc::default() }
    }

    /// The node.
    pub fn node(&self) -> &Node {
        &self.node
    }

    async fn keep_alive(&self, id: LeaseId) -> Result<Lease> {
        let ttl = self.node.lease_keep_alive(id.get()).await.map_err(said)?;
        Ok(Lease { id, ttl: seconds(ttl) })
    }

    async fn time_to_live(&self, id: LeaseId, keys: bool) -> Result<LeaseTimeToLive> {
        let left = self.node.lease_time_to_live(id.get()).await.map_err(said)?;
        let keys = if keys { self.node.lease_keys(id.get()) } else { Vec::new() };
        Ok(LeaseTimeToLive { id, granted: seconds(left.granted), remaining: seconds(left.ttl), keys })
    }

    async fn grant(&self, ttl: Duration, id: Option<LeaseId>) -> Result<Lease> {
        if ttl > Lease::MAX_TTL {
            return Err(Error::LeaseTtlTooLarge);
        }
        let whole = ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0);
        let asked = i64::try_from(whole).unwrap_or(i64::MAX);
        let (id, ttl, _) = self.node.lease_grant(asked, id.map_or(0, LeaseId::get)).await.map_err(said)?;
        let id = LeaseId::new(id).ok_or_else(|| malformed(Malformed::LEASE))?;
        Ok(Lease { id, ttl: seconds(ttl) })
    }

    fn stand(&self) -> Status {
        let (identity, machine) = (self.node.identity(), self.node.machine());
        // What can't be measured is not known to be more than what is in use.
        let size = machine.size().unwrap_or_else(|_| machine.size_in_use());
        Status {
            version: Cow::Borrowed(ETCD_VERSION),
            revision: Revision::new(self.node.revision()),
            size: size + self.node.log_bytes(),
            size_in_use: machine.size_in_use(),
            member: identity.member,
            leader: self.node.standing().leader,
            learner: self.node.is_learner(),
        }
    }
}

impl Storage for Embedded {
    fn range(&self, request: RangeRequest) -> Answer<'_, RangeResponse> {
        Box::pin(async move {
            request.check()?;
            let response = self.node.range(&range_request(request)).await.map_err(said)?;
            range_response(response).map_err(malformed)
        })
    }

    fn txn(&self, txn: Txn) -> Answer<'_, TxnResponse> {
        Box::pin(async move {
            txn.check(self.node.limits())?;
            let response = self.node.txn(txn_request(txn)).await.map_err(said)?;
            txn_response(response).map_err(malformed)
        })
    }

    fn watch(&self, request: WatchRequest) -> Answer<'_, WatchStream> {
        Box::pin(async move {
            if request.range.start().is_empty() {
                return Err(Error::EmptyKey);
            }
            // What happens after this is answered is delivered, wherever it was written.
            if request.from.is_none() {
                self.node.linearize().await.map_err(said)?;
            }
            let (key, end) = request.range.to_etcd();
            let watcher = self.node.watch(feed::Request {
                span: Span::of(&key, &end),
                from: request.from.map(|revision| revision.get().max(1)),
                puts: true,
                deletions: true,
                prev: request.prev,
            });
            Ok(watch::stream(self.node.clone(), watcher, self.progress.joined()))
        })
    }

    fn request_progress(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.node.linearize().await.map_err(said)?;
            self.progress.ask(self.node.revision());
            Ok(())
        })
    }

    fn revision(&self) -> Answer<'_, Revision> {
        Box::pin(async move {
            self.node.linearize().await.map_err(said)?;
            Ok(Revision::new(self.node.revision()))
        })
    }

    fn compact(&self, revision: Revision) -> Answer<'_, Revision> {
        Box::pin(async move {
            let revision = i64::try_from(revision.get()).unwrap_or(i64::MAX);
            let request = CompactionRequest { revision, physical: false };
            let response = self.node.compact(request).await.map_err(said)?;
            position(response.header.as_ref()).map_err(malformed)
        })
    }

    fn lease_grant(&self, ttl: Duration, id: Option<LeaseId>) -> Answer<'_, Lease> {
        Box::pin(self.grant(ttl, id))
    }

    fn lease_revoke(&self, id: LeaseId) -> Answer<'_, Revision> {
        Box::pin(async move { self.node.lease_revoke(id.get()).await.map(Revision::new).map_err(said) })
    }

    fn lease_keep_alive(&self, id: LeaseId) -> Answer<'_, Lease> {
        Box::pin(self.keep_alive(id))
    }

    fn lease_time_to_live(&self, id: LeaseId, keys: bool) -> Answer<'_, LeaseTimeToLive> {
        Box::pin(self.time_to_live(id, keys))
    }

    fn status(&self) -> Answer<'_, Status> {
        Box::pin(async move { Ok(self.stand()) })
    }
}

/// A node's error in the words of storage. What only etcd's own API can ask wrongly can't be asked through the trait.
fn said(error: NodeError) -> Error {
    match error {
        NodeError::Storage(error) => error,
        error => Error::NotApplied(Reason::Unavailable(error.to_string().into())),
    }
}

/// It was done, but how is not understood.
fn malformed(error: Malformed) -> Error {
    Error::Unknown(Reason::Unavailable(error.to_string().into()))
}

fn seconds(ttl: i64) -> Duration {
    Duration::from_secs(u64::try_from(ttl).unwrap_or_default())
}
