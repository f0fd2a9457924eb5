//! Asks other members.

use super::credentials::Credentials;
use super::line::Line;
use super::{
    ANSWER_MAX, ASK_MAX, ConfigError, HASH_MAX, INTRODUCE_MAX, MESSAGE_MAX, PeerTls, WORK_MAX, refusal,
};
use crate::raft::{self, Answer, Member, Peer, PeerError, Peers};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use pintle_storage::dial::{Address, TlsSource, Transport};
use pintle_wire::pintle::peer as wire;
use pintle_wire::pintle::peer::peer_client::PeerClient;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;
use tonic::{Response, Status};

/// How other members are reached.
#[derive(Debug)]
pub struct Remote {
    tls: Option<Arc<TlsSource>>,
}

impl Remote {
    /// Over TLS where their addresses say so.
    ///
    /// # Errors
    /// When the files can't be used.
    pub fn new(tls: PeerTls) -> Result<Remote, ConfigError> {
        let none = tls == PeerTls::default();
        Ok(Remote { tls: if none { None } else { Some(Arc::new(TlsSource::load(tls)?)) } })
    }
}

impl raft::Transport for Remote {
    fn introduce<'a>(&'a self, urls: &'a [String]) -> Answer<'a, wire::IntroduceResponse> {
        Box::pin(async move {
            let line = Line::new(urls.iter().filter_map(|url| parse(url)).collect(), self.tls.clone());
            let (transport, origin) = line.transport().await?;
            let mut client = PeerClient::with_origin(transport, origin);
            match timeout(INTRODUCE_MAX, client.introduce(wire::IntroduceRequest {})).await {
                Ok(answer) => answer.map(Response::into_inner).map_err(|status| refusal::read(&status)),
                Err(_) => Err(PeerError::TimedOut),
            }
        })
    }

    fn peers(&self, cluster: u64, member: u64) -> Arc<dyn Peers> {
        Arc::new(RemotePeers { tls: self.tls.clone(), cluster, member, known: Mutex::default() })
    }
}

/// The other members that were asked so far. One that moves gets new lines.
#[derive(Debug)]
struct RemotePeers {
    tls: Option<Arc<TlsSource>>,
    cluster: u64,
    member: u64,
    known: Mutex<HashMap<u64, Known>>,
}

#[derive(Debug)]
struct Known {
    urls: Vec<String>,
    peer: Arc<RemotePeer>,
}

/// One member. What is large goes over a line of its own, so that nobody waits behind it.
#[derive(Debug)]
struct RemotePeer {
    credentials: Credentials,
    line: Line,
    bulk: Line,
}

impl Peers for RemotePeers {
    fn peer(&self, id: u64, member: &Member) -> Arc<dyn Peer> {
        let mut known = self.known.lock();
        if let Some(known) = known.get(&id).filter(|known| known.urls == member.peer_urls) {
            return Arc::clone(&known.peer) as Arc<dyn Peer>;
        }
        let addresses: Vec<Address> = member.peer_urls.iter().filter_map(|url| parse(url)).collect();
        let peer = Arc::new(RemotePeer {
            credentials: Credentials::new(self.cluster, self.member, id),
            line: Line::new(addresses.clone(), self.tls.clone()),
            bulk: Line::new(addresses, self.tls.clone()),
        });
        known.insert(id, Known { urls: member.peer_urls.clone(), peer: Arc::clone(&peer) });
        peer
    }
}

fn parse(url: &str) -> Option<Address> {
    match Address::parse(url) {
        Ok(address) => Some(address),
        Err(error) => {
            tracing::warn!(%error, "a member can't be reached there");
            None
        }
    }
}

impl RemotePeer {
    async fn client(&self, line: &Line) -> Result<PeerClient<Transport>, PeerError> {
        let (transport, origin) = line.transport().await?;
        let client = PeerClient::with_origin(transport, origin);
        Ok(client.max_decoding_message_size(MESSAGE_MAX).max_encoding_message_size(MESSAGE_MAX))
    }

    /// Asks one question over the line for small ones.
    async fn ask<T>(
        &self,
        time: Duration,
        question: impl AsyncFnOnce(PeerClient<Transport>) -> Result<Response<T>, Status>,
    ) -> Result<T, PeerError> {
        let client = self.client(&self.line).await?;
        match timeout(time, question(client)).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) => Err(refusal::read(&status)),
            Err(_) => Err(PeerError::TimedOut),
        }
    }
}

/// A stream with a name: of one without, the compiler can't see that the call may change threads.
struct Requests<T>(BoxStream<'static, T>);

impl<T> Stream for Requests<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl Peer for RemotePeer {
    fn introduce(&self) -> Answer<'_, wire::IntroduceResponse> {
        Box::pin(
            self.ask(INTRODUCE_MAX, async move |mut client| {
                client.introduce(wire::IntroduceRequest {}).await
            }),
        )
    }

    fn members(&self) -> Answer<'_, wire::MembersResponse> {
        let request = self.credentials.with(wire::MembersRequest {});
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.members(request).await))
    }

    fn append(
        &self,
        requests: BoxStream<'static, wire::AppendRequest>,
    ) -> Answer<'_, BoxStream<'static, Result<wire::AppendResponse, PeerError>>> {
        let request = self.credentials.with(Requests(requests));
        Box::pin(async move {
            let mut client = self.client(&self.line).await?;
            let answers = match timeout(ASK_MAX, client.append(request)).await {
                Ok(answers) => answers.map_err(|status| refusal::read(&status))?.into_inner(),
                Err(_) => return Err(PeerError::TimedOut),
            };
            Ok(answers.map(|answer| answer.map_err(|status| refusal::read(&status))).boxed())
        })
    }

    fn vote(&self, request: wire::VoteRequest) -> Answer<'_, wire::VoteResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.vote(request).await))
    }

    fn transfer_leader(
        &self,
        request: wire::TransferLeaderRequest,
    ) -> Answer<'_, wire::TransferLeaderResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.transfer_leader(request).await))
    }

    /// Takes as long as the snapshot is large; whoever sends it watches over that it goes on.
    fn install_snapshot(
        &self,
        requests: BoxStream<'static, wire::InstallSnapshotRequest>,
    ) -> Answer<'_, wire::InstallSnapshotResponse> {
        let request = self.credentials.with(Requests(requests));
        Box::pin(async move {
            let response = self.client(&self.bulk).await?.install_snapshot(request).await;
            response.map(Response::into_inner).map_err(|status| refusal::read(&status))
        })
    }

    fn fetch_snapshot(
        &self,
        request: wire::FetchSnapshotRequest,
    ) -> Answer<'_, BoxStream<'static, Result<wire::SnapshotPart, PeerError>>> {
        Box::pin(async move {
            let mut client = self.client(&self.bulk).await?;
            let asking = client.fetch_snapshot(self.credentials.with(request));
            let parts = match timeout(ASK_MAX, asking).await {
                Ok(parts) => parts.map_err(|status| refusal::read(&status))?.into_inner(),
                Err(_) => return Err(PeerError::TimedOut),
            };
            Ok(parts.map(|part| part.map_err(|status| refusal::read(&status))).boxed())
        })
    }

    fn read_index(&self, request: wire::ReadIndexRequest) -> Answer<'_, wire::ReadIndexResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.read_index(request).await))
    }

    fn propose(&self, request: wire::ProposeRequest) -> Answer<'_, wire::ProposeResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |client| {
            client.max_decoding_message_size(ANSWER_MAX).propose(request).await
        }))
    }

    fn change_membership(
        &self,
        request: wire::ChangeMembershipRequest,
    ) -> Answer<'_, wire::ChangeMembershipResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(WORK_MAX, async move |mut client| client.change_membership(request).await))
    }

    fn keep_alive(&self, request: wire::KeepAliveRequest) -> Answer<'_, wire::KeepAliveResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.keep_alive(request).await))
    }

    fn time_to_live(&self, request: wire::TimeToLiveRequest) -> Answer<'_, wire::TimeToLiveResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.time_to_live(request).await))
    }

    fn lead(&self, request: wire::LeadRequest) -> Answer<'_, wire::LeadResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(ASK_MAX, async move |mut client| client.lead(request).await))
    }

    fn hash(&self, request: wire::HashRequest) -> Answer<'_, wire::HashResponse> {
        let request = self.credentials.with(request);
        Box::pin(self.ask(HASH_MAX, async move |mut client| client.hash(request).await))
    }
}
