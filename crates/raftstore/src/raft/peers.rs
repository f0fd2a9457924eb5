//! How members reach each other: what consensus needs of a network, so that it can run over gRPC, in one process, or in
//! a simulation.

use super::types::Member;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use pintle_wire::pintle::peer::{
    AppendRequest, AppendResponse, ChangeMembershipRequest, ChangeMembershipResponse, FetchSnapshotRequest,
    HashRequest, HashResponse, InstallSnapshotRequest, InstallSnapshotResponse, IntroduceResponse,
    KeepAliveRequest, KeepAliveResponse, LeadRequest, LeadResponse, MembersResponse, ProposeRequest,
    ProposeResponse, ReadIndexRequest, ReadIndexResponse, SnapshotPart, TimeToLiveRequest,
    TimeToLiveResponse, TransferLeaderRequest, TransferLeaderResponse, VoteRequest, VoteResponse,
};
use std::fmt::Debug;
use std::sync::Arc;

/// An answer of a peer.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, PeerError>>;

/// Why a peer did not answer. A peer that answers "no" does so in its answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// It surely has not heard the request.
    #[error("can't reach the member: {0}")]
    Unreachable(String),
    /// It may have heard the request, and done what it asked.
    #[error("lost the member while it was asked: {0}")]
    Lost(String),
    /// No answer in time; the request may be under way.
    #[error("the member did not answer in time")]
    TimedOut,
    /// It refused to do anything.
    #[error("the member refuses: {0}")]
    Refused(Refused),
}

/// Why a peer refuses; it has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not lead, so it can't do what only a leader does. Who leads is given if it knows.
    #[error("it is not the leader")]
    NotLeader(Option<u64>),
    /// It belongs to another cluster, is another member, or speaks another version.
    #[error("{0}")]
    Stranger(String),
    /// It can't right now.
    #[error("{0}")]
    Unable(String),
    /// The request makes no sense to it.
    #[error("{0}")]
    Invalid(String),
    /// There is no room on its disk.
    #[error("there is no room on its disk")]
    NoSpace,
    /// There is no such lease.
    #[error("requested lease not found")]
    LeaseNotFound,
}

/// How a node that has yet to find out who it is reaches others, and how it reaches them once it has.
pub trait Transport: Debug + Send + Sync {
    /// Asks whoever is at one of `urls` who is in its cluster.
    fn introduce<'a>(&'a self, urls: &'a [String]) -> Answer<'a, IntroduceResponse>;
    /// The way of a member of this id, of this cluster, to all others.
    fn peers(&self, cluster: u64, member: u64) -> Arc<dyn Peers>;
}

/// The way to all other members.
pub trait Peers: Debug + Send + Sync + 'static {
    /// The way to one of them. Cheap: connections are made when something is asked, and shared.
    fn peer(&self, id: u64, member: &Member) -> Arc<dyn Peer>;
}

/// Another member. Every call ends in bounded time, whatever becomes of the network.
pub trait Peer: Debug + Send + Sync + 'static {
    /// Asks who is in its cluster, and whether it knows of anything yet.
    fn introduce(&self) -> Answer<'_, IntroduceResponse>;
    /// Asks who is a member, for sure.
    fn members(&self) -> Answer<'_, MembersResponse>;
    /// Replicates; one answer for each request, in their order, until the first refusal.
    fn append(
        &self,
        requests: BoxStream<'static, AppendRequest>,
    ) -> Answer<'_, BoxStream<'static, Result<AppendResponse, PeerError>>>;
    /// Asks for a vote.
    fn vote(&self, request: VoteRequest) -> Answer<'_, VoteResponse>;
    /// Asks to take over leadership.
    fn transfer_leader(&self, request: TransferLeaderRequest) -> Answer<'_, TransferLeaderResponse>;
    /// Hands a snapshot over.
    fn install_snapshot(
        &self,
        requests: BoxStream<'static, InstallSnapshotRequest>,
    ) -> Answer<'_, InstallSnapshotResponse>;
    /// Asks for the newest snapshot.
    fn fetch_snapshot(
        &self,
        request: FetchSnapshotRequest,
    ) -> Answer<'_, BoxStream<'static, Result<SnapshotPart, PeerError>>>;
    /// Asks a leader up to where a read must have applied.
    fn read_index(&self, request: ReadIndexRequest) -> Answer<'_, ReadIndexResponse>;
    /// Asks a leader to propose.
    fn propose(&self, request: ProposeRequest) -> Answer<'_, ProposeResponse>;
    /// Asks a leader to change who is a member.
    fn change_membership(&self, request: ChangeMembershipRequest) -> Answer<'_, ChangeMembershipResponse>;
    /// Asks a leader to keep a lease alive.
    fn keep_alive(&self, request: KeepAliveRequest) -> Answer<'_, KeepAliveResponse>;
    /// Asks a leader how long a lease has to live.
    fn time_to_live(&self, request: TimeToLiveRequest) -> Answer<'_, TimeToLiveResponse>;
    /// Asks a leader to hand leadership to a member.
    fn lead(&self, request: LeadRequest) -> Answer<'_, LeadResponse>;
    /// Asks for the hash of its state.
    fn hash(&self, request: HashRequest) -> Answer<'_, HashResponse>;
}
