//! Members in one process: they call each other directly. An embedded node stands alone on such a board; tests put
//! several on one, and cut them off from each other.

use crate::node::Node;
use crate::raft::{Answer, Member, Peer, PeerError, Peers, Transport};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use parking_lot::RwLock;
use pintle_wire::pintle::peer as wire;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who is where, and who can't reach whom.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<RwLock<Places>>);

#[derive(Debug, Default)]
struct Places {
    nodes: BTreeMap<u64, Node>,
    /// From whom nothing reaches whom.
    cut: BTreeSet<(u64, u64)>,
}

impl Board {
    /// A node can be reached from now on.
    pub fn join(&self, node: Node) {
        self.0.write().nodes.insert(node.identity().member, node);
    }

    /// A node can't be reached any more.
    pub fn leave(&self, id: u64) {
        self.0.write().nodes.remove(&id);
    }

    /// From now on nothing passes between the two, in either direction.
    pub fn cut(&self, one: u64, other: u64) {
        self.0.write().cut.extend([(one, other), (other, one)]);
    }

    /// Everything passes again.
    pub fn mend(&self) {
        self.0.write().cut.clear();
    }

    fn reach(&self, from: u64, to: u64) -> Result<Node, PeerError> {
        let places = self.0.read();
        if places.cut.contains(&(from, to)) {
            return Err(PeerError::Unreachable("the members are cut off from each other".to_owned()));
        }
        places
            .nodes
            .get(&to)
            .cloned()
            .ok_or_else(|| PeerError::Unreachable("the member is not there".to_owned()))
    }
}

impl Transport for Board {
    fn introduce<'a>(&'a self, urls: &'a [String]) -> Answer<'a, wire::IntroduceResponse> {
        Box::pin(async move {
            let nodes: Vec<Node> = self.0.read().nodes.values().cloned().collect();
            let known = nodes.into_iter().find(|node| {
                let own = node.identity().member;
                let introduced = node.introduce_for_peer();
                introduced
                    .members
                    .iter()
                    .any(|member| member.id == own && member.peer_urls.iter().any(|url| urls.contains(url)))
            });
            let unreachable = || PeerError::Unreachable("nobody is there".to_owned());
            known.map(|node| node.introduce_for_peer()).ok_or_else(unreachable)
        })
    }

    fn peers(&self, _: u64, member: u64) -> Arc<dyn Peers> {
        Arc::new(LocalPeers { board: self.clone(), from: member })
    }
}

#[derive(Debug)]
struct LocalPeers {
    board: Board,
    from: u64,
}

impl Peers for LocalPeers {
    fn peer(&self, to: u64, _: &Member) -> Arc<dyn Peer> {
        Arc::new(LocalPeer { board: self.board.clone(), from: self.from, to })
    }
}

#[derive(Clone, Debug)]
struct LocalPeer {
    board: Board,
    from: u64,
    to: u64,
}

impl LocalPeer {
    /// Asks, and loses the answer when the members were cut off meanwhile.
    async fn ask<T>(&self, what: impl AsyncFnOnce(Node) -> Result<T, PeerError>) -> Result<T, PeerError> {
        let answer = what(self.board.reach(self.from, self.to)?).await?;
        match self.board.reach(self.from, self.to) {
            Ok(_) => Ok(answer),
            Err(error) => Err(PeerError::Lost(error.to_string())),
        }
    }

    /// A stream that ends when the members are cut off.
    fn while_reached<T: Send + 'static>(&self, stream: BoxStream<'static, T>) -> BoxStream<'static, T> {
        let peer = self.clone();
        stream.take_while(move |_| std::future::ready(peer.board.reach(peer.from, peer.to).is_ok())).boxed()
    }
}

impl Peer for LocalPeer {
    fn introduce(&self) -> Answer<'_, wire::IntroduceResponse> {
        Box::pin(self.ask(async move |node| Ok(node.introduce_for_peer())))
    }

    fn members(&self) -> Answer<'_, wire::MembersResponse> {
        Box::pin(self.ask(async move |node| node.members_for_peer(wire::MembersRequest {}).await))
    }

    fn append(
        &self,
        requests: BoxStream<'static, wire::AppendRequest>,
    ) -> Answer<'_, BoxStream<'static, Result<wire::AppendResponse, PeerError>>> {
        Box::pin(async move {
            let node = self.board.reach(self.from, self.to)?;
            let requests = self.while_reached(requests).map(Ok).boxed();
            Ok(self.while_reached(node.append_for_peer(requests)))
        })
    }

    fn vote(&self, request: wire::VoteRequest) -> Answer<'_, wire::VoteResponse> {
        Box::pin(self.ask(async move |node| node.vote_for_peer(request).await))
    }

    fn transfer_leader(
        &self,
        request: wire::TransferLeaderRequest,
    ) -> Answer<'_, wire::TransferLeaderResponse> {
        Box::pin(self.ask(async move |node| node.take_over_for_peer(request).await))
    }

    fn install_snapshot(
        &self,
        requests: BoxStream<'static, wire::InstallSnapshotRequest>,
    ) -> Answer<'_, wire::InstallSnapshotResponse> {
        let requests = self.while_reached(requests).map(Ok).boxed();
        Box::pin(self.ask(async move |node| node.install_snapshot_for_peer(requests).await))
    }

    fn fetch_snapshot(
        &self,
        request: wire::FetchSnapshotRequest,
    ) -> Answer<'_, BoxStream<'static, Result<wire::SnapshotPart, PeerError>>> {
        Box::pin(async move {
            let node = self.board.reach(self.from, self.to)?;
            Ok(self.while_reached(node.snapshot_for_peer(&request).await?).map(Ok).boxed())
        })
    }

    fn read_index(&self, request: wire::ReadIndexRequest) -> Answer<'_, wire::ReadIndexResponse> {
        Box::pin(self.ask(async move |node| node.read_index_for_peer(request).await))
    }

    fn propose(&self, request: wire::ProposeRequest) -> Answer<'_, wire::ProposeResponse> {
        Box::pin(self.ask(async move |node| node.propose_for_peer(request).await))
    }

    fn change_membership(
        &self,
        request: wire::ChangeMembershipRequest,
    ) -> Answer<'_, wire::ChangeMembershipResponse> {
        Box::pin(self.ask(async move |node| node.change_for_peer(request).await))
    }

    fn keep_alive(&self, request: wire::KeepAliveRequest) -> Answer<'_, wire::KeepAliveResponse> {
        Box::pin(self.ask(async move |node| node.keep_alive_for_peer(request).await))
    }

    fn time_to_live(&self, request: wire::TimeToLiveRequest) -> Answer<'_, wire::TimeToLiveResponse> {
        Box::pin(self.ask(async move |node| node.time_to_live_for_peer(request).await))
    }

    fn lead(&self, request: wire::LeadRequest) -> Answer<'_, wire::LeadResponse> {
        Box::pin(self.ask(async move |node| node.lead_for_peer(request).await))
    }

    fn hash(&self, request: wire::HashRequest) -> Answer<'_, wire::HashResponse> {
        Box::pin(self.ask(async move |node| node.hash_for_peer(&request)))
    }
}
