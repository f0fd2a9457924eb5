//! Answers other members.

use super::{ANSWER_MAX, MESSAGE_MAX, credentials, refusal};
use crate::node::Node;
use crate::raft::PeerError;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use pintle_wire::pintle::peer as wire;
use pintle_wire::pintle::peer::peer_server::{Peer, PeerServer};
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming, async_trait};

/// What `node` answers to members, to be served on members' addresses.
pub fn routes(node: Node) -> Routes {
    Routes::new(
        PeerServer::new(Answering { node })
            .max_decoding_message_size(MESSAGE_MAX)
            .max_encoding_message_size(ANSWER_MAX),
    )
}

struct Answering {
    node: Node,
}

impl Answering {
    /// Lets a member of the same cluster in.
    fn admit<T>(&self, request: Request<T>) -> Result<T, Status> {
        credentials::check(self.node.identity(), request.metadata())?;
        Ok(request.into_inner())
    }

    fn admit_stream<T: Send + 'static>(
        &self,
        request: Request<Streaming<T>>,
    ) -> Result<BoxStream<'static, Result<T, PeerError>>, Status> {
        let stream = self.admit(request)?;
        Ok(stream.map(|message| message.map_err(|status| refusal::read(&status))).boxed())
    }
}

fn answer<T>(answer: Result<T, PeerError>) -> Result<Response<T>, Status> {
    answer.map(Response::new).map_err(refusal::status)
}

#[async_trait]
impl Peer for Answering {
    type AppendStream = BoxStream<'static, Result<wire::AppendResponse, Status>>;
    type FetchSnapshotStream = BoxStream<'static, Result<wire::SnapshotPart, Status>>;

    async fn introduce(
        &self,
        _: Request<wire::IntroduceRequest>,
    ) -> Result<Response<wire::IntroduceResponse>, Status> {
        Ok(Response::new(self.node.introduce_for_peer()))
    }

    async fn members(
        &self,
        request: Request<wire::MembersRequest>,
    ) -> Result<Response<wire::MembersResponse>, Status> {
        answer(self.node.members_for_peer(self.admit(request)?).await)
    }

    async fn append(
        &self,
        request: Request<Streaming<wire::AppendRequest>>,
    ) -> Result<Response<Self::AppendStream>, Status> {
        let answers = self.node.append_for_peer(self.admit_stream(request)?);
        Ok(Response::new(answers.map(|answer| answer.map_err(refusal::status)).boxed()))
    }

    async fn vote(
        &self,
        request: Request<wire::VoteRequest>,
    ) -> Result<Response<wire::VoteResponse>, Status> {
        answer(self.node.vote_for_peer(self.admit(request)?).await)
    }

    async fn transfer_leader(
        &self,
        request: Request<wire::TransferLeaderRequest>,
    ) -> Result<Response<wire::TransferLeaderResponse>, Status> {
        answer(self.node.take_over_for_peer(self.admit(request)?).await)
    }

    async fn install_snapshot(
        &self,
        request: Request<Streaming<wire::InstallSnapshotRequest>>,
    ) -> Result<Response<wire::InstallSnapshotResponse>, Status> {
        answer(self.node.install_snapshot_for_peer(self.admit_stream(request)?).await)
    }

    async fn fetch_snapshot(
        &self,
        request: Request<wire::FetchSnapshotRequest>,
    ) -> Result<Response<Self::FetchSnapshotStream>, Status> {
        let request = self.admit(request)?;
        let parts = self.node.snapshot_for_peer(&request).await.map_err(refusal::status)?;
        Ok(Response::new(parts.map(Ok).boxed()))
    }

    async fn read_index(
        &self,
        request: Request<wire::ReadIndexRequest>,
    ) -> Result<Response<wire::ReadIndexResponse>, Status> {
        answer(self.node.read_index_for_peer(self.admit(request)?).await)
    }

    async fn propose(
        &self,
        request: Request<wire::ProposeRequest>,
    ) -> Result<Response<wire::ProposeResponse>, Status> {
        answer(self.node.propose_for_peer(self.admit(request)?).await)
    }

    async fn change_membership(
        &self,
        request: Request<wire::ChangeMembershipRequest>,
    ) -> Result<Response<wire::ChangeMembershipResponse>, Status> {
        answer(self.node.change_for_peer(self.admit(request)?).await)
    }

    async fn keep_alive(
        &self,
        request: Request<wire::KeepAliveRequest>,
    ) -> Result<Response<wire::KeepAliveResponse>, Status> {
        answer(self.node.keep_alive_for_peer(self.admit(request)?).await)
    }

    async fn time_to_live(
        &self,
        request: Request<wire::TimeToLiveRequest>,
    ) -> Result<Response<wire::TimeToLiveResponse>, Status> {
        answer(self.node.time_to_live_for_peer(self.admit(request)?).await)
    }

    async fn lead(
        &self,
        request: Request<wire::LeadRequest>,
    ) -> Result<Response<wire::LeadResponse>, Status> {
        answer(self.node.lead_for_peer(self.admit(request)?).await)
    }

    async fn hash(
        &self,
        request: Request<wire::HashRequest>,
    ) -> Result<Response<wire::HashResponse>, Status> {
        let (request, node) = (self.admit(request)?, self.node.clone());
        let hashing = tokio::task::spawn_blocking(move || node.hash_for_peer(&request));
        answer(hashing.await.map_err(|error| Status::internal(error.to_string()))?)
    }
}
