//! Consensus as the rest of the node sees it: propose, read, change who is a member, and answer peers.

use super::codec::wire_vote;
use super::log_store::LogStore;
use super::messages::{read_append, read_transfer, read_vote_request, wire_appended, wire_voted};
use super::network::Network;
use super::peers::{PeerError, Peers, Refused};
use super::receiving::{Receivers, Taken};
use super::room::Room;
use super::state_machine::{Applier, position, snapshot};
use super::touch::Heard;
use super::types::{Config, Member, Proposal};
use crate::log::Log;
use crate::machine::{Machine, Position, Reply};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use openraft::Instant as _;
use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ChangeMembershipError, ClientWriteError, Fatal, LinearizableReadError, RaftError};
use openraft::metrics::RaftMetrics;
use openraft::raft::AppendEntriesRequest;
use openraft::type_config::alias::WatchReceiverOf;
use openraft::{ChangeMembers, Raft, ReadPolicy, SnapshotPolicy};
use pintle_wire::pintle::peer as wire;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Entries in one message to a peer, at the most; their bytes are bounded by the log store.
const PAYLOAD_ENTRIES: u64 = 4096;

/// What can be chosen about a member's consensus.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How often a leader says that it is there.
    pub heartbeat: Duration,
    /// How long a member hears nothing of a leader before it asks for votes.
    pub election: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { heartbeat: Duration::from_millis(100), election: Duration::from_millis(1000) }
    }
}

/// Why consensus could not be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsensusError {
    /// This member does not lead; nothing was done. Who leads is given if it is known.
    #[error("etcdserver: not leader")]
    NotLeader(Option<u64>),
    /// Leadership was lost while it was under way: it may still come true.
    #[error("etcdserver: leader changed")]
    LeaderChanged,
    /// No majority answers; a read was not answered, nothing was written.
    #[error("etcdserver: no leader")]
    NoQuorum,
    /// The leader has not yet a commit of its own term, or another change of membership is under way: nothing was done,
    /// and soon it can be.
    #[error("etcdserver: another change of members is under way")]
    Unsettled,
    /// The change of membership makes no sense.
    #[error("{0}")]
    Membership(String),
    /// This member can't go on.
    #[error("etcdserver: server stopped: {0}")]
    Stopped(String),
}

/// Who leads, as this member knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The term.
    pub term: u64,
    /// The leader.
    pub leader: Option<u64>,
    /// Whether it is this member.
    pub leads: bool,
}

/// One member's part in consensus.
#[derive(Clone)]
pub struct Consensus {
    id: u64,
    raft: Raft<Config, Applier>,
    metrics: WatchReceiverOf<Config, RaftMetrics<Config>>,
    applied: watch::Receiver<u64>,
    receivers: Arc<Receivers>,
    room: Room,
    settings: Settings,
    heard: Heard,
    standing_by: Arc<AtomicBool>,
}

impl std::fmt::Debug for Consensus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consensus").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Consensus {
    /// Takes part, with what `log` and `machine` hold. It is part of a cluster once it was [initialized](Self::initialize)
    /// or another member told it.
    ///
    /// # Errors
    /// When the log can't be read, or openraft finds it in disorder.
    pub async fn start(
        id: u64,
        settings: Settings,
        log: Log,
        machine: Arc<Machine>,
        peers: Arc<dyn Peers>,
        room: Room,
    ) -> Result<Consensus, ConsensusError> {
        let applier = Applier::new(Arc::clone(&machine));
        let applied = applier.applied();
        let config = Arc::new(config(settings)?);
        let network = Network::new(peers, Arc::clone(&machine));
        let raft = Raft::new(id, config, network, LogStore::new(log), applier).await;
        let raft = raft.map_err(stopped)?;
        let receivers = Arc::new(Receivers::new(machine));
        let metrics = raft.metrics();
        Ok(Consensus {
            id,
            raft,
            metrics,
            applied,
            receivers,
            room,
            settings,
            heard: Heard::new(),
            standing_by: Arc::default(),
        })
    }

    /// Begins a new cluster of `members`, unless the log says that it has begun. Every one of them may be told so.
    ///
    /// # Errors
    /// [`ConsensusError`].
    pub async fn initialize(&self, members: BTreeMap<u64, Member>) -> Result<(), ConsensusError> {
        if self.raft.is_initialized().await.map_err(stopped)? {
            return Ok(());
        }
        match self.raft.initialize(members).await {
            Ok(()) => Ok(()),
            // Another member has told this one meanwhile.
            Err(RaftError::APIError(openraft::errors::InitializeError::NotAllowed(_))) => Ok(()),
            Err(RaftError::APIError(error)) => Err(ConsensusError::Membership(error.to_string())),
            Err(RaftError::Fatal(fatal)) => Err(stopped(fatal)),
        }
    }

    /// Votes for nobody and asks nobody for votes from now on. It takes in what a leader says.
    pub fn stand_by(&self) {
        self.standing_by.store(true, Ordering::SeqCst);
        self.raft.runtime_config().elect(false);
    }

    /// Takes part in elections again.
    pub fn take_part(&self) {
        self.raft.runtime_config().elect(true);
        self.standing_by.store(false, Ordering::SeqCst);
    }

    /// Proposes an encoded command and waits until it is applied here. Waits for ever when no majority answers: give
    /// it a time, and count it as unknown then.
    ///
    /// # Errors
    /// [`NotLeader`](ConsensusError::NotLeader), [`LeaderChanged`](ConsensusError::LeaderChanged),
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn propose(&self, command: Bytes) -> Result<(u64, Reply), ConsensusError> {
        let response = self.raft.client_write(Proposal(command)).await.map_err(not_written)?;
        Ok((response.log_id.index, response.data))
    }

    /// The position up to which a read must have applied to see everything that was answered before now (Raft
    /// dissertation, section 6.4): confirmed by a majority.
    ///
    /// # Errors
    /// [`NotLeader`](ConsensusError::NotLeader), [`NoQuorum`](ConsensusError::NoQuorum),
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn read_index(&self) -> Result<Position, ConsensusError> {
        match self.raft.get_read_linearizer(ReadPolicy::ReadIndex).await {
            Ok(linearizer) => Ok(position(linearizer.read_log_id().log_id())),
            Err(RaftError::APIError(LinearizableReadError::ForwardToLeader(to))) => {
                Err(ConsensusError::NotLeader(to.leader_id))
            }
            Err(RaftError::APIError(LinearizableReadError::QuorumNotEnough(_))) => {
                Err(ConsensusError::NoQuorum)
            }
            Err(RaftError::Fatal(fatal)) => Err(stopped(fatal)),
        }
    }

    /// Waits until the entry at `index` is applied here.
    ///
    /// # Errors
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn wait_applied(&self, index: u64) -> Result<(), ConsensusError> {
        let mut applied = self.applied.clone();
        match applied.wait_for(|applied| *applied >= index).await {
            Ok(_) => Ok(()),
            Err(_) => Err(ConsensusError::Stopped("it applies nothing any more".to_owned())),
        }
    }

    /// Who leads, as far as is known here.
    pub fn standing(&self) -> Standing {
        // Asked with every request: looked at where it is, not copied.
        let metrics = self.metrics.borrow_watched();
        Standing {
            term: metrics.current_term,
            leader: metrics.current_leader,
            leads: metrics.current_leader == Some(self.id) && metrics.state.is_leader(),
        }
    }

    /// The term in which this member leads a cluster that has no other voter; `None` where it does not. Others can come
    /// to vote only by entries that it has written, and it knows of them here before it takes another step.
    pub fn leads_alone(&self) -> Option<u64> {
        let metrics = self.metrics.borrow_watched();
        let is_alone = metrics.membership_config.membership().voter_ids().all(|voter| voter == self.id);
        let leads = metrics.state.is_leader() && metrics.current_leader == Some(self.id);
        (leads && is_alone).then_some(metrics.current_term)
    }

    /// Whether a member does not vote, as far as is known here; also when it is none.
    pub fn learns(&self, id: u64) -> bool {
        let metrics = self.metrics.borrow_watched();
        !metrics.membership_config.membership().voter_ids().any(|voter| voter == id)
    }

    /// Whether the others can be reached, as far as is known: a leader by a majority of them, everybody else by the
    /// leader. Two elections long it is not noticed when they can't.
    pub fn is_in_touch(&self) -> bool {
        let patience = self.settings.election * 2;
        let metrics = self.metrics.borrow_watched();
        match metrics.current_leader {
            None => false,
            Some(leader) if leader != self.id => self.heard.is_within(patience),
            // Alone it is its own majority.
            Some(_) if metrics.membership_config.voter_ids().count() < 2 => true,
            Some(_) => metrics.last_quorum_acked.is_some_and(|acked| acked.elapsed() < patience),
        }
    }

    /// Returns when what [`standing`](Self::standing) tells has changed since `seen`.
    ///
    /// # Errors
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn standing_after(&self, seen: Standing) -> Result<Standing, ConsensusError> {
        let mut metrics = self.raft.metrics();
        loop {
            let standing = self.standing();
            if standing != seen {
                return Ok(standing);
            }
            metrics.changed().await.map_err(|_| ConsensusError::Stopped("it has ended".to_owned()))?;
        }
    }

    /// Waits until consensus ends by itself: it can't go on. Says why.
    pub async fn failure(&self) -> String {
        // These change seldom; the others do with every entry, and say at the end why it ended.
        let mut seldom = self.raft.server_metrics();
        loop {
            let ended = seldom.changed().await.is_err();
            if let Err(fatal) = &self.metrics.borrow_watched().running_state {
                return fatal.to_string();
            }
            if ended {
                return "consensus has ended".to_owned();
            }
        }
    }

    /// The members that vote and those that learn, by id.
    pub fn members(&self) -> Vec<Standpoint> {
        let metrics = self.metrics.borrow_watched();
        let membership = metrics.membership_config.membership();
        let voters: BTreeSet<u64> = membership.voter_ids().collect();
        let nodes = membership.nodes();
        nodes
            .map(|(id, member)| Standpoint { id: *id, member: member.clone(), learns: !voters.contains(id) })
            .collect()
    }

    /// The index and term of the last entry that is here, of the last that is committed, and of the last applied.
    pub fn progress(&self) -> Progress {
        let metrics = self.metrics.borrow_watched();
        Progress {
            last: metrics.last_log_index.unwrap_or_default(),
            committed: metrics.local_committed.map_or(0, |id| id.index),
            applied: *self.applied.borrow(),
            snapshot: metrics.snapshot.map_or(0, |id| id.index),
            purged: metrics.purged.map_or(0, |id| id.index),
        }
    }

    /// The last entry that another member has, as its leader knows; `None` where this member does not lead.
    pub fn matched(&self, id: u64) -> Option<u64> {
        let metrics = self.metrics.borrow_watched();
        metrics.replication.as_ref()?.get(&id)?.as_ref().map(|matched| matched.index)
    }

    /// Adds a member that learns.
    ///
    /// # Errors
    /// [`ConsensusError`]; [`LeaderChanged`](ConsensusError::LeaderChanged) when it is not known whether it was added.
    pub async fn add_learner(&self, id: u64, member: Member) -> Result<(), ConsensusError> {
        self.change(ChangeMembers::AddNodes(BTreeMap::from([(id, member)]))).await
    }

    /// Lets a member vote that learns.
    ///
    /// # Errors
    /// As [`add_learner`](Self::add_learner).
    pub async fn promote(&self, id: u64) -> Result<(), ConsensusError> {
        self.change(ChangeMembers::AddVoterIds(BTreeSet::from([id]))).await
    }

    /// Removes a member, whether it votes or learns.
    ///
    /// # Errors
    /// As [`add_learner`](Self::add_learner).
    pub async fn remove(&self, id: u64) -> Result<(), ConsensusError> {
        let votes = self.members().iter().any(|member| member.id == id && !member.learns);
        let ids = BTreeSet::from([id]);
        // A voter that is removed and not retained is a node no more.
        self.change(if votes { ChangeMembers::RemoveVoters(ids) } else { ChangeMembers::RemoveNodes(ids) })
            .await
    }

    /// Replaces what is known of a member: its name and where it is reached.
    ///
    /// # Errors
    /// As [`add_learner`](Self::add_learner).
    pub async fn update(&self, id: u64, member: Member) -> Result<(), ConsensusError> {
        self.change(ChangeMembers::SetNodes(BTreeMap::from([(id, member)]))).await
    }

    /// Whether the cluster stands between two sets of voters, and needs a majority of both, as far as is known here.
    pub fn is_between(&self) -> bool {
        self.metrics.borrow_watched().membership_config.membership().get_joint_config().len() > 1
    }

    /// Leaves the older of two sets of voters.
    ///
    /// # Errors
    /// As [`add_learner`](Self::add_learner).
    pub async fn settle(&self) -> Result<(), ConsensusError> {
        // Whatever is changed from between two sets is changed from the newer one.
        self.change(ChangeMembers::AddVoterIds(BTreeSet::new())).await
    }

    /// Changes of voters take two steps: who is not the leader any more when the second is due has taken the first.
    async fn change(&self, change: ChangeMembers<u64, Member>) -> Result<(), ConsensusError> {
        let at = || *self.metrics.borrow_watched().membership_config.log_id();
        let before = at();
        match self.raft.change_membership(change, false).await.map_err(not_written) {
            Err(ConsensusError::NotLeader(_)) if at() != before => Err(ConsensusError::LeaderChanged),
            changed => changed.map(drop),
        }
    }

    /// Hands leadership to a voter. Returns when it was asked to; whether it leads is told by the standing.
    ///
    /// # Errors
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn transfer_leader(&self, to: u64) -> Result<(), ConsensusError> {
        self.raft.trigger().transfer_leader(to).await.map_err(stopped)
    }

    /// Hands out the newest snapshot that was written from now on.
    ///
    /// # Errors
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn snapshot(&self) -> Result<(), ConsensusError> {
        self.raft.trigger().snapshot().await.map_err(stopped)
    }

    /// Forgets the log up to `index`, which a snapshot covers.
    ///
    /// # Errors
    /// [`Stopped`](ConsensusError::Stopped).
    pub async fn purge(&self, index: u64) -> Result<(), ConsensusError> {
        self.raft.trigger().purge_log(index).await.map_err(stopped)
    }

    /// Takes no part any more.
    pub async fn stop(&self) {
        if let Err(error) = self.raft.shutdown().await {
            tracing::error!(%error, "consensus did not end in order");
        }
    }

    /// Answers a leader that replicates.
    pub fn append(
        &self,
        requests: BoxStream<'static, Result<wire::AppendRequest, PeerError>>,
    ) -> BoxStream<'static, Result<wire::AppendResponse, PeerError>> {
        let (room, heard) = (self.room.clone(), self.heard.clone());
        let (refusal, refused) = oneshot::channel();
        let mut refusal = Some(refusal);
        let taken = requests.scan((), move |(), request| {
            heard.note();
            let outcome =
                taken(request, &room).map_err(|error| refusal.take().map(|refusal| refusal.send(error)));
            std::future::ready(outcome.ok())
        });
        let answers = self.raft.stream_append(taken).map(|result| match result {
            Ok(result) => Ok(wire_appended(&result)),
            Err(fatal) => Err(PeerError::Refused(Refused::Unable(fatal.to_string()))),
        });
        // Why the requests ended, if it was not the leader who ended them; said after everything before is answered.
        let last = stream::once(refused).filter_map(|refused| {
            std::future::ready(refused.ok().map(|refusal| match refusal {
                NotTaken::NoRoom => Ok(wire::AppendResponse {
                    outcome: Some(wire::append_response::Outcome::NoSpace(wire::NoSpace {})),
                }),
                NotTaken::Failed(error) => Err(error),
            }))
        });
        answers.chain(last).boxed()
    }

    /// Answers a candidate.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn vote(&self, request: wire::VoteRequest) -> Result<wire::VoteResponse, PeerError> {
        self.check_takes_part()?;
        let pre_vote = request.pre_vote;
        let request = read_vote_request(request).map_err(misunderstood)?;
        let response =
            if pre_vote { self.raft.pre_vote(request).await } else { self.raft.vote(request).await };
        response.map(|response| wire_voted(&response)).map_err(|error| unable(&error))
    }

    /// Answers a leader that wants this member to lead.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn take_over(
        &self,
        request: wire::TransferLeaderRequest,
    ) -> Result<wire::TransferLeaderResponse, PeerError> {
        self.check_takes_part()?;
        let request = read_transfer(request).map_err(misunderstood)?;
        let response = self.raft.handle_transfer_leader(request).await.map_err(|error| unable(&error))?;
        let refused = response.err().map(|error| error.to_string()).unwrap_or_default();
        Ok(wire::TransferLeaderResponse { refused })
    }

    fn check_takes_part(&self) -> Result<(), PeerError> {
        if self.standing_by.load(Ordering::SeqCst) {
            let why = "it has yet to learn whether it has lost its folder, and does not vote until then";
            return Err(PeerError::Refused(Refused::Unable(why.to_owned())));
        }
        Ok(())
    }

    /// Takes in a leader's snapshot and, when it is whole, becomes what it says.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn install_snapshot(
        &self,
        requests: BoxStream<'static, Result<wire::InstallSnapshotRequest, PeerError>>,
    ) -> Result<wire::InstallSnapshotResponse, PeerError> {
        if self.room.is_full() {
            return Err(PeerError::Refused(Refused::NoSpace));
        }
        match self.receivers.take(requests).await? {
            Taken::Partly(offset) => Ok(wire::InstallSnapshotResponse { vote: None, offset }),
            Taken::Wholly(leader, file) => {
                let offset = file.size;
                let snapshot = snapshot(file).map_err(misunderstood)?;
                let response = self
                    .raft
                    .install_full_snapshot(leader, snapshot)
                    .await
                    .map_err(|error| unable(&error))?;
                Ok(wire::InstallSnapshotResponse { vote: Some(wire_vote(&response.vote)), offset })
            }
        }
    }
}

/// A member, and whether it votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// Its id.
    pub id: u64,
    /// What is known of it.
    pub member: Member,
    /// Whether it only learns.
    pub learns: bool,
}

/// How far a member's log has come, as indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last entry that is here.
    pub last: u64,
    /// The last that a majority has, as known here.
    pub committed: u64,
    /// The last that the state has.
    pub applied: u64,
    /// The last that the newest snapshot has.
    pub snapshot: u64,
    /// The last that is forgotten.
    pub purged: u64,
}

/// Why a request of a leader does not reach openraft.
enum NotTaken {
    NoRoom,
    Failed(PeerError),
}

fn taken(
    request: Result<wire::AppendRequest, PeerError>,
    room: &Room,
) -> Result<AppendEntriesRequest<Config>, NotTaken> {
    let request = request.map_err(NotTaken::Failed)?;
    if room.is_full() && !request.entries.is_empty() {
        return Err(NotTaken::NoRoom);
    }
    read_append(request).map_err(|error| NotTaken::Failed(misunderstood(error)))
}

fn config(settings: Settings) -> Result<openraft::Config, ConsensusError> {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let config = openraft::Config {
        cluster_name: "pintle".to_owned(),
        heartbeat_interval: millis(settings.heartbeat),
        election_timeout_min: millis(settings.election),
        election_timeout_max: millis(settings.election).saturating_mul(2),
        max_payload_entries: PAYLOAD_ENTRIES,
        // By bytes, not by entries: the node asks for snapshots and for purging itself.
        snapshot_policy: SnapshotPolicy::Never,
        replication_lag_threshold: u64::MAX,
        max_in_snapshot_log_to_keep: u64::MAX,
        enable_pre_vote: Some(true),
        enable_leader_restore: Some(false),
        // A founder that has lost its folder gets everything anew, and does not vote before (node/founding.rs). Without
        // this its leader would never find out from where.
        allow_log_reversion: Some(true),
        ..openraft::Config::default()
    };
    config.validate().map_err(|error| ConsensusError::Stopped(error.to_string()))
}

fn not_written(error: RaftError<Config, ClientWriteError<Config>>) -> ConsensusError {
    match error {
        RaftError::APIError(ClientWriteError::ForwardToLeader(to)) => ConsensusError::NotLeader(to.leader_id),
        RaftError::APIError(ClientWriteError::LogEntryDiscarded(_)) => ConsensusError::LeaderChanged,
        RaftError::APIError(ClientWriteError::ChangeMembershipError(
            ChangeMembershipError::InProgress(_) | ChangeMembershipError::UncommittedLeaderLog(_),
        )) => ConsensusError::Unsettled,
        RaftError::APIError(error) => ConsensusError::Membership(error.to_string()),
        RaftError::Fatal(fatal) => stopped(fatal),
    }
}

fn stopped(fatal: Fatal<Config>) -> ConsensusError {
    ConsensusError::Stopped(fatal.to_string())
}

fn misunderstood(error: io::Error) -> PeerError {
    PeerError::Refused(Refused::Invalid(error.to_string()))
}

fn unable(error: &dyn std::error::Error) -> PeerError {
    PeerError::Refused(Refused::Unable(error.to_string()))
}
