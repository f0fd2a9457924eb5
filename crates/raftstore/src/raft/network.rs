//! The way to other members, as openraft sees it.

use super::messages::{read_appended, read_voted, vote, wire_append, wire_transfer, wire_vote_request};
use super::peers::{Peer, PeerError, Peers};
use super::sending::send_snapshot;
use super::types::{Config, Member, Snapshot, Vote};
use crate::executor;
use crate::machine::Machine;
use crate::snapshots::SnapshotFile;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::RPCOption;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, StreamAppendResult, TransferLeaderError,
    TransferLeaderRequest, TransferLeaderResponse, VoteRequest, VoteResponse,
};
use openraft::{OptionalSend, RaftNetworkFactory, RaftNetworkV2};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a member may take for one append before it counts as gone: it may have megabytes to write, on a disk that
/// is busy, and others are served meanwhile.
const APPEND_MAX: Duration = Duration::from_secs(5);

type Rpc<T> = Result<T, RPCError<Config>>;

/// Makes connections for openraft.
#[derive(Debug)]
pub(super) struct Network {
    peers: Arc<dyn Peers>,
    machine: Arc<Machine>,
}

/// The way to one member.
#[derive(Debug)]
pub(super) struct Connection {
    peer: Arc<dyn Peer>,
    machine: Arc<Machine>,
}

impl Network {
    /// Ways to `peers`, for a node whose state is in `machine`.
    pub(super) fn new(peers: Arc<dyn Peers>, machine: Arc<Machine>) -> Network {
        Network { peers, machine }
    }
}

impl RaftNetworkFactory<Config> for Network {
    type Network = Connection;

    async fn new_client(&mut self, target: u64, member: &Member) -> Connection {
        Connection { peer: self.peers.peer(target, member), machine: Arc::clone(&self.machine) }
    }
}

impl RaftNetworkV2<Config> for Connection {
    type SnapshotData = SnapshotFile;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Config>,
        option: RPCOption,
    ) -> Rpc<AppendEntriesResponse<Config>> {
        let one = Box::pin(stream::once(async { request }));
        match self.stream_append(one, option).await?.next().await {
            Some(result) => Ok(result?.into()),
            None => Err(lost("the member ended the stream without an answer")),
        }
    }

    fn stream_append<'s, S>(
        &'s mut self,
        mut input: S,
        _: RPCOption,
    ) -> BoxFuture<'s, Rpc<BoxStream<'s, Rpc<StreamAppendResult<Config>>>>>
    where
        S: Stream<Item = AppendEntriesRequest<Config>> + OptionalSend + Unpin + 'static,
    {
        Box::pin(async move {
            // What openraft waits before it tries again who could not be reached, it waits in the stream of requests: nobody
            // is connected to before there is one, or a member that is away would be tried as fast as it can refuse.
            let Some(first) = input.next().await else { return Ok(stream::empty().boxed()) };
            let sent = Arc::new(AtomicU64::new(0));
            let counter = Arc::clone(&sent);
            let requests = stream::once(std::future::ready(first)).chain(input).map(move |request| {
                counter.fetch_add(1, Ordering::Relaxed);
                wire_append(&request)
            });
            let answers = self.peer.append(requests.boxed()).await.map_err(failed)?;
            let reading = Answers { answers, sent, answered: 0 };
            Ok(stream::unfold(Some(reading), |reading| async move {
                let mut reading = reading?;
                match reading.next().await {
                    Ok(Some(Ok(matched))) => Some((Ok(Ok(matched)), Some(reading))),
                    // The first refusal is the last word.
                    Ok(Some(refused)) => Some((Ok(refused), None)),
                    Ok(None) => None,
                    Err(error) => Some((Err(error), None)),
                }
            })
            .boxed())
        })
    }

    async fn vote(&mut self, request: VoteRequest<Config>, option: RPCOption) -> Rpc<VoteResponse<Config>> {
        self.ask_for_vote(request, false, option).await
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<Config>,
        option: RPCOption,
    ) -> Rpc<VoteResponse<Config>> {
        self.ask_for_vote(request, true, option).await
    }

    async fn full_snapshot(
        &mut self,
        leader: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _: RPCOption,
    ) -> Result<SnapshotResponse<Config>, StreamingError<Config>> {
        let sending = async {
            let file = snapshot.snapshot.clone();
            let response = match send_snapshot(&*self.peer, &leader, snapshot).await {
                Ok(response) => response,
                Err(error) => {
                    renew_if_damaged(&self.machine, file, &error).await;
                    return Err(snapshot_failed(error));
                }
            };
            let vote =
                vote(response.vote).map_err(|error| StreamingError::Network(NetworkError::new(&error)))?;
            Ok(SnapshotResponse::new(vote))
        };
        tokio::select! {
            response = sending => response,
            closed = cancel => Err(StreamingError::Closed(closed)),
        }
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<Config>,
        option: RPCOption,
    ) -> Rpc<TransferLeaderResponse<Config>> {
        let asking = self.peer.transfer_leader(wire_transfer(&request));
        let response = within(option.hard_ttl(), asking).await?;
        if response.refused.is_empty() {
            return Ok(Ok(()));
        }
        // openraft takes a refusal of either kind alike: the leader goes on leading.
        tracing::info!(refused = %response.refused, "the member does not take over leadership");
        let expected = request.last_log_id().copied();
        Ok(Err(TransferLeaderError::LogNotFlushed { expected, actual: None }))
    }
}

impl Connection {
    async fn ask_for_vote(
        &self,
        request: VoteRequest<Config>,
        pre_vote: bool,
        option: RPCOption,
    ) -> Rpc<VoteResponse<Config>> {
        let asking = self.peer.vote(wire_vote_request(&request, pre_vote));
        read_voted(within(option.hard_ttl(), asking).await?).map_err(misunderstood)
    }
}

/// Answers to appends, each waited for as long as an append may take, and no longer than there are requests.
struct Answers {
    answers: BoxStream<'static, Result<pintle_wire::pintle::peer::AppendResponse, PeerError>>,
    sent: Arc<AtomicU64>,
    answered: u64,
}

impl Answers {
    async fn next(&mut self) -> Rpc<Option<StreamAppendResult<Config>>> {
        let mut due = self.sent.load(Ordering::Relaxed);
        let answer = loop {
            match tokio::time::timeout(APPEND_MAX, self.answers.next()).await {
                Ok(answer) => break answer,
                // Something that was sent before this wait began has not been answered through all of it.
                Err(_) if due > self.answered => {
                    return Err(lost("the member does not answer an append in time"));
                }
                Err(_) => due = self.sent.load(Ordering::Relaxed),
            }
        };
        let Some(answer) = answer else { return Ok(None) };
        self.answered += 1;
        match read_appended(answer.map_err(failed)?).map_err(misunderstood)? {
            Some(result) => Ok(Some(result)),
            None => Err(RPCError::Unreachable(Unreachable::from_string("there is no room on its disk"))),
        }
    }
}

async fn within<T>(time: Duration, asking: impl Future<Output = Result<T, PeerError>>) -> Rpc<T> {
    match tokio::time::timeout(time, asking).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(failed(PeerError::TimedOut)),
    }
}

/// Who can't be reached is left alone for a while; whatever else went wrong is tried again at once.
fn failed(error: PeerError) -> RPCError<Config> {
    match error {
        PeerError::Unreachable(_) | PeerError::Refused(_) => RPCError::Unreachable(Unreachable::new(&error)),
        PeerError::Lost(_) | PeerError::TimedOut => RPCError::Network(NetworkError::new(&error)),
    }
}

fn snapshot_failed(error: PeerError) -> StreamingError<Config> {
    match error {
        PeerError::Unreachable(_) | PeerError::Refused(_) => {
            StreamingError::Unreachable(Unreachable::new(&error))
        }
        PeerError::Lost(_) | PeerError::TimedOut => StreamingError::Network(NetworkError::new(&error)),
    }
}

/// A member that can't use a snapshot may be right about it: the next attempt is with another one then.
async fn renew_if_damaged(machine: &Arc<Machine>, file: SnapshotFile, error: &PeerError) {
    if !matches!(error, PeerError::Refused(_)) {
        return;
    }
    let machine = Arc::clone(machine);
    match executor::blocking(move || machine.renew_if_damaged(&file)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(%error, "no other snapshot can be made in place of a damaged one"),
        Err(ended) => tracing::error!(%ended, "a snapshot that a member can't use could not be looked at"),
    }
}

fn misunderstood(error: io::Error) -> RPCError<Config> {
    RPCError::Network(NetworkError::new(&error))
}

fn lost(why: &str) -> RPCError<Config> {
    RPCError::Network(NetworkError::from_string(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemoryVolume;
    use crate::files::MemoryFiles;
    use crate::local::Board;
    use crate::machine::{Bounds, Options};
    use crate::raft::Transport;
    use futures_util::FutureExt;
    use openraft::impls::leader_id_std::LeaderId;

    #[tokio::test]
    async fn nobody_is_connected_to_before_there_is_something_to_say() {
        let options = Options {
            volume: Arc::new(MemoryVolume::new()),
            snapshots: Arc::new(MemoryFiles::new()),
            needed: None,
            bounds: Bounds::default(),
        };
        let machine = Machine::open(options).unwrap();
        let mut network = Network::new(Board::default().peers(1, 2), Arc::new(machine));
        let mut connection = network.new_client(3, &Member::default()).await;
        let option = || RPCOption::new(Duration::from_secs(1));
        // The stream is where openraft waits before it tries again.
        let waiting = connection.stream_append(stream::pending(), option());
        assert!(waiting.now_or_never().is_none(), "nobody is there, and it was asked already");
        let leader_id = LeaderId { term: 1, voted_for: 2 };
        let vote = Vote { leader_id, committed: true };
        let request =
            AppendEntriesRequest { vote, prev_log_id: None, entries: Vec::new(), leader_commit: None };
        let asked = connection.append_entries(request, option()).await;
        assert!(matches!(asked, Err(RPCError::Unreachable(_))), "{asked:?}");
        let silent = connection.stream_append(stream::empty(), option()).await;
        assert_eq!(silent.map(|answers| answers.boxed().count().now_or_never()).ok(), Some(Some(0)));
    }
}
