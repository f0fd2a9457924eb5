//! Leases.

use super::Service;
use super::gate::wants_leader;
use crate::node::NodeError;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use pintle_storage::Error;
use pintle_wire::etcdserverpb::lease_server::Lease;
use pintle_wire::etcdserverpb::{
    LeaseGrantRequest, LeaseGrantResponse, LeaseKeepAliveRequest, LeaseKeepAliveResponse, LeaseLeasesRequest,
    LeaseLeasesResponse, LeaseRevokeRequest, LeaseRevokeResponse, LeaseStatus, LeaseTimeToLiveRequest,
    LeaseTimeToLiveResponse,
};
use std::sync::Arc;
use tonic::{Request, Response, Status, Streaming, async_trait};

/// Keep-alives of one stream that are under way at a time; answered in their order.
const TOGETHER: usize = 64;

#[async_trait]
impl Lease for Service {
    type LeaseKeepAliveStream = BoxStream<'static, Result<LeaseKeepAliveResponse, Status>>;

    async fn lease_grant(
        &self,
        request: Request<LeaseGrantRequest>,
    ) -> Result<Response<LeaseGrantResponse>, Status> {
        let request = self.admit(request)?;
        let (id, ttl, revision) = self.node.lease_grant(request.ttl, request.id).await?;
        let header = Some(self.node.header_at(revision));
        Ok(Response::new(LeaseGrantResponse { header, id, ttl, error: String::new() }))
    }

    async fn lease_revoke(
        &self,
        request: Request<LeaseRevokeRequest>,
    ) -> Result<Response<LeaseRevokeResponse>, Status> {
        let request = self.admit(request)?;
        let revision = self.node.lease_revoke(request.id).await?;
        Ok(Response::new(LeaseRevokeResponse { header: Some(self.node.header_at(revision)) }))
    }

    async fn lease_keep_alive(
        &self,
        request: Request<Streaming<LeaseKeepAliveRequest>>,
    ) -> Result<Response<Self::LeaseKeepAliveStream>, Status> {
        let wanted = wants_leader(request.metadata());
        let requests = self.admit(request)?;
        let service = Arc::new(self.clone());
        let answering = Arc::clone(&service);
        let answers = requests.map(move |request| {
            let service = Arc::clone(&answering);
            async move { service.keep_alive(request?).await }
        });
        let lost = stream::once(async move { Err(service.leader_lost(wanted).await) });
        let answers = answers.buffered(TOGETHER).map(Some).chain(stream::iter([None])).boxed();
        let both = stream::select(answers, lost.map(Some).boxed());
        // The client's end, or the first error, is the end.
        let mut over = false;
        let until = both.scan((), move |(), answer| {
            let answer = if over { None } else { answer };
            over = over || !matches!(answer, Some(Ok(_)));
            std::future::ready(answer)
        });
        Ok(Response::new(until.boxed()))
    }

    async fn lease_time_to_live(
        &self,
        request: Request<LeaseTimeToLiveRequest>,
    ) -> Result<Response<LeaseTimeToLiveResponse>, Status> {
        let request = self.admit(request)?;
        let id = request.id;
        if request.keys {
            // The leader says how long it lives; its keys are told from here.
            self.node.linearize().await?;
        }
        let (ttl, granted_ttl) = match self.node.lease_time_to_live(id).await {
            Ok(left) => (left.ttl, left.granted),
            // As etcd: a lease that is not there has -1 seconds.
            Err(NodeError::Storage(Error::LeaseNotFound)) => (-1, 0),
            Err(error) => return Err(error.into()),
        };
        let keys = if request.keys && ttl >= 0 { self.node.lease_keys(id) } else { Vec::new() };
        let header = Some(self.node.header());
        Ok(Response::new(LeaseTimeToLiveResponse { header, id, ttl, granted_ttl, keys }))
    }

    async fn lease_leases(
        &self,
        request: Request<LeaseLeasesRequest>,
    ) -> Result<Response<LeaseLeasesResponse>, Status> {
        self.admit(request)?;
        let leases = self.node.leases().await?.into_iter().map(|id| LeaseStatus { id }).collect();
        Ok(Response::new(LeaseLeasesResponse { header: Some(self.node.header()), leases }))
    }
}

impl Service {
    async fn keep_alive(&self, request: LeaseKeepAliveRequest) -> Result<LeaseKeepAliveResponse, Status> {
        // Before: a revision after which the lease may have ended says nothing of when it was kept alive.
        let header = Some(self.node.header());
        let ttl = match self.node.lease_keep_alive(request.id).await {
            Ok(ttl) => ttl,
            // As etcd: a lease that is over has no time, and the stream goes on.
            Err(NodeError::Storage(Error::LeaseNotFound)) => 0,
            Err(error) => return Err(error.into()),
        };
        Ok(LeaseKeepAliveResponse { header, id: request.id, ttl })
    }
}
