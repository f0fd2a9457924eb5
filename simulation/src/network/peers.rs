//! What members ask each other.

use super::{Address, Ask, Net, Outlet, pipe};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use pintle_raftstore::node::Node;
use pintle_raftstore::raft::{Answer, Member, Peer, PeerError, Peers, Transport};
use pintle_wire::pintle::peer as wire;
use prost::Message;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How long a question may take whose answer is quick; as over gRPC.
const ASK_MAX: Duration = Duration::from_secs(8);
/// How long a question may take for which much has to be done first.
const WORK_MAX: Duration = Duration::from_secs(20);
/// How long it may take to say who one is.
const INTRODUCE_MAX: Duration = Duration::from_secs(2);
/// How much later a message may come that comes twice, in microseconds.
const TWICE_WITHIN: u64 = 3_000_000;

/// The way of a node to the others.
#[derive(Clone, Debug)]
pub(crate) struct From {
    pub(crate) net: Net,
    pub(crate) address: Address,
}

/// Where others reach the node at an address.
pub(crate) fn url(address: Address) -> String {
    format!("http://node-{address}:2380")
}

fn address(urls: &[String]) -> Option<Address> {
    let url = urls.first()?;
    url.strip_prefix("http://node-")?.strip_suffix(":2380")?.parse().ok()
}

impl Transport for From {
    fn introduce<'a>(&'a self, urls: &'a [String]) -> Answer<'a, wire::IntroduceResponse> {
        Box::pin(async move {
            let nowhere = || PeerError::Unreachable("there is no such address".to_owned());
            let to = address(urls).ok_or_else(nowhere)?;
            let ask = Ask { from: self.address, to, member: None, time: INTRODUCE_MAX, kind: "introduce" };
            self.net.ask(ask, |node| async move { Ok(node.introduce_for_peer()) }.boxed()).await
        })
    }

    fn peers(&self, _: u64, _: u64) -> Arc<dyn Peers> {
        Arc::new(self.clone())
    }
}

impl Peers for From {
    fn peer(&self, id: u64, member: &Member) -> Arc<dyn Peer> {
        Arc::new(To { from: self.clone(), id, address: address(&member.peer_urls) })
    }
}

/// The way to one member.
#[derive(Clone, Debug)]
struct To {
    from: From,
    id: u64,
    address: Option<Address>,
}

type Received<T> = BoxStream<'static, Result<T, PeerError>>;
type Served<T> = futures_util::future::BoxFuture<'static, Result<T, PeerError>>;

impl To {
    async fn ask<T: Send + 'static>(
        &self,
        kind: &'static str,
        time: Duration,
        work: impl FnOnce(Node) -> Served<T> + Send + 'static,
    ) -> Result<T, PeerError> {
        let ask = Ask { from: self.from.address, to: self.address()?, member: Some(self.id), time, kind };
        self.from.net.ask(ask, work).await
    }

    fn address(&self) -> Result<Address, PeerError> {
        self.address.ok_or_else(|| PeerError::Unreachable("its address is not known".to_owned()))
    }

    /// A stream to the member, which `requests` are put into as long as the set is held.
    fn requests<T: Send + 'static>(
        &self,
        kind: &'static str,
        mut requests: BoxStream<'static, T>,
        look: impl Fn(&From, &T) + Send + 'static,
    ) -> Result<(JoinSet<()>, Received<T>), PeerError> {
        let (from, to) = (self.from.clone(), self.address()?);
        let (outlet, received) = pipe(&from.net, from.address, to, kind, torn);
        let mut sending = JoinSet::new();
        sending.spawn(async move {
            while let Some(request) = requests.next().await {
                look(&from, &request);
                if !outlet.send(Ok(request)).await {
                    return;
                }
            }
            outlet.finish();
        });
        Ok((sending, received))
    }

    /// An append comes once more, alone, at another time: a member must not be moved by it.
    fn again(&self, request: wire::AppendRequest) {
        let Ok(to) = self.address() else { return };
        let net = &self.from.net;
        let due = net.now() + net.draw(TWICE_WITHIN);
        let id = self.id;
        net.at(
            due,
            Box::new(move |net| {
                let Some(up) = net.up(to).filter(|up| up.node.identity().member == id) else { return };
                net.note(format_args!("{to} is told for the second time"));
                up.runtime.spawn(async move {
                    let once = stream::iter([Ok(request)]).boxed();
                    up.node.append_for_peer(once).for_each(|_| std::future::ready(())).await;
                });
            }),
        );
    }
}

fn torn<T>() -> Result<T, PeerError> {
    Err(PeerError::Lost("connection reset".to_owned()))
}

async fn send_all<T: Send + 'static>(outlet: Outlet<T>, mut messages: BoxStream<'static, T>) {
    while let Some(message) = messages.next().await {
        if !outlet.send(message).await {
            return;
        }
    }
    outlet.finish();
}

impl Peer for To {
    fn introduce(&self) -> Answer<'_, wire::IntroduceResponse> {
        let work = |node: Node| async move { Ok(node.introduce_for_peer()) }.boxed();
        Box::pin(self.ask("introduce", ASK_MAX, work))
    }

    fn members(&self) -> Answer<'_, wire::MembersResponse> {
        Box::pin(self.ask("members", ASK_MAX, |node| {
            async move { node.members_for_peer(wire::MembersRequest {}).await }.boxed()
        }))
    }

    fn append(
        &self,
        requests: BoxStream<'static, wire::AppendRequest>,
    ) -> Answer<'_, BoxStream<'static, Result<wire::AppendResponse, PeerError>>> {
        Box::pin(async move {
            let to = self.clone();
            let look = move |from: &From, request: &wire::AppendRequest| {
                if let Some(vote) = &request.vote {
                    from.net.note_leader(vote.term, vote.node);
                }
                let digest = crc32c::crc32c(&request.encode_to_vec());
                from.net.note(format_args!("{} appends {digest:08x}", from.address));
                if from.net.one_in(from.net.weather().twice) {
                    to.again(request.clone());
                }
            };
            let (sending, received) = self.requests("append", requests, look)?;
            let net = &self.from.net;
            let (outlet, answers) = pipe(net, self.address()?, self.from.address, "appended", torn);
            self.ask("connect", ASK_MAX, move |node| {
                async move {
                    // The node's runtime owns it, and ends with the node.
                    Handle::current().spawn(send_all(outlet, node.append_for_peer(received)));
                    Ok(())
                }
                .boxed()
            })
            .await?;
            Ok(stream::unfold((sending, answers), |(sending, mut answers)| async move {
                answers.next().await.map(|answer| (answer, (sending, answers)))
            })
            .boxed())
        })
    }

    fn vote(&self, request: wire::VoteRequest) -> Answer<'_, wire::VoteResponse> {
        let digest = crc32c::crc32c(&request.encode_to_vec());
        self.from.net.note(format_args!("{} asks for a vote {digest:08x}", self.from.address));
        Box::pin(
            self.ask("vote", ASK_MAX, move |node| async move { node.vote_for_peer(request).await }.boxed()),
        )
    }

    fn transfer_leader(
        &self,
        request: wire::TransferLeaderRequest,
    ) -> Answer<'_, wire::TransferLeaderResponse> {
        Box::pin(self.ask("transfer", ASK_MAX, move |node| {
            async move { node.take_over_for_peer(request).await }.boxed()
        }))
    }

    fn install_snapshot(
        &self,
        requests: BoxStream<'static, wire::InstallSnapshotRequest>,
    ) -> Answer<'_, wire::InstallSnapshotResponse> {
        Box::pin(async move {
            let (_sending, received) = self.requests("snapshot", requests, |_, _| ())?;
            self.ask("install", WORK_MAX, move |node| {
                async move { node.install_snapshot_for_peer(received).await }.boxed()
            })
            .await
        })
    }

    fn fetch_snapshot(
        &self,
        request: wire::FetchSnapshotRequest,
    ) -> Answer<'_, BoxStream<'static, Result<wire::SnapshotPart, PeerError>>> {
        Box::pin(async move {
            let net = &self.from.net;
            let (outlet, parts) = pipe(net, self.address()?, self.from.address, "fetched", torn);
            self.ask("fetch", ASK_MAX, move |node| {
                async move {
                    let parts = node.snapshot_for_peer(&request).await?.map(Ok).boxed();
                    Handle::current().spawn(send_all(outlet, parts));
                    Ok(())
                }
                .boxed()
            })
            .await?;
            Ok(parts)
        })
    }

    fn read_index(&self, request: wire::ReadIndexRequest) -> Answer<'_, wire::ReadIndexResponse> {
        Box::pin(self.ask("read index", ASK_MAX, move |node| {
            async move { node.read_index_for_peer(request).await }.boxed()
        }))
    }

    fn propose(&self, request: wire::ProposeRequest) -> Answer<'_, wire::ProposeResponse> {
        Box::pin(
            self.ask("propose", ASK_MAX, move |node| {
                async move { node.propose_for_peer(request).await }.boxed()
            }),
        )
    }

    fn change_membership(
        &self,
        request: wire::ChangeMembershipRequest,
    ) -> Answer<'_, wire::ChangeMembershipResponse> {
        Box::pin(
            self.ask("change", WORK_MAX, move |node| {
                async move { node.change_for_peer(request).await }.boxed()
            }),
        )
    }

    fn keep_alive(&self, request: wire::KeepAliveRequest) -> Answer<'_, wire::KeepAliveResponse> {
        Box::pin(self.ask("keep alive", ASK_MAX, move |node| {
            async move { node.keep_alive_for_peer(request).await }.boxed()
        }))
    }

    fn time_to_live(&self, request: wire::TimeToLiveRequest) -> Answer<'_, wire::TimeToLiveResponse> {
        Box::pin(self.ask("time to live", ASK_MAX, move |node| {
            async move { node.time_to_live_for_peer(request).await }.boxed()
        }))
    }

    fn lead(&self, request: wire::LeadRequest) -> Answer<'_, wire::LeadResponse> {
        Box::pin(
            self.ask("lead", ASK_MAX, move |node| async move { node.lead_for_peer(request).await }.boxed()),
        )
    }

    fn hash(&self, request: wire::HashRequest) -> Answer<'_, wire::HashResponse> {
        Box::pin(self.ask("hash", WORK_MAX, move |node| async move { node.hash_for_peer(&request) }.boxed()))
    }
}
