//! How a node comes up: its folder, its log, its state, and then its part in consensus.

use super::folder::{Folder, FolderError};
use super::founding::{Founding, prove};
use super::identity::{Identity, member_id};
use super::ids::Ids;
use super::join::Lacking;
use super::leases::{Clock, watch_clock};
use super::place::Place;
use super::read::{Probes, probe};
use super::telemetry::Counts;
use super::{Inner, Node, alarms, departed, integrity, join, members, upkeep, versions};
use crate::disk::Volume;
use crate::executor;
use crate::files::Files;
use crate::log::{self, Log};
use crate::machine::{self, Machine};
use crate::raft::{self, Consensus, ConsensusError, Member, Peers, Room, Settings, Transport};
use pintle_storage::Limits;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What a node is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name among the members.
    pub name: String,
    /// The members of a new cluster by name, with where others reach them; this one is among them.
    pub members: BTreeMap<String, Vec<String>>,
    /// Whether the cluster exists already, and this node was added to it.
    pub existing: bool,
    /// What keeps clusters apart that are given the same addresses.
    pub token: String,
    /// Consensus.
    pub settings: Settings,
    /// Requests.
    pub limits: Limits,
    /// Memory and disk.
    pub bounds: Bounds,
    /// The time since 1970, for ids that have not been before. Nothing is decided by it.
    pub since_epoch: fn() -> Duration,
}

/// What a node takes of its machine at the most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The state.
    pub machine: machine::Bounds,
    /// The log.
    pub log: log::Options,
    /// Bytes of the disk cache of the working state.
    pub cache_bytes: u64,
    /// Bytes that the log may have before a snapshot is written; more where the state has more. `None` for the default.
    pub log_bytes: Option<u64>,
    /// Bytes that stay free on the disk: with less nothing is written.
    pub reserve_bytes: u64,
    /// How often the members compare their states, for which each reads all that it has; `None` for only after a start.
    pub compare_every: Option<Duration>,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            machine: machine::Bounds::default(),
            log: log::Options::default(),
            cache_bytes: 64 << 20,
            log_bytes: None,
            reserve_bytes: 192 << 20,
            compare_every: Some(Duration::from_secs(12 * 60 * 60)),
        }
    }
}

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its log.
    #[error(transparent)]
    Log(#[from] log::OpenError),
    /// Its state.
    #[error(transparent)]
    Machine(#[from] machine::OpenError),
    /// Consensus.
    #[error(transparent)]
    Consensus(#[from] ConsensusError),
    /// The flags don't name it.
    #[error("--name={0} is not among the members of --initial-cluster")]
    NotAMember(String),
    /// It has lost its folder: what it has voted for and acknowledged is forgotten, and must not be contradicted.
    #[error(
        "member {member:x} has been in this cluster before, and its folder is empty: it can't come back under its old id; \
         remove it (`pintle ctl member remove {member:x}`), add it anew (`member add`), and start it with \
         --initial-cluster-state=existing"
    )]
    LostFolder {
        /// Who it was.
        member: u64,
    },
    /// It was not added to the cluster that it is to join.
    #[error(
        "no member of the cluster at --initial-cluster has the URLs of {0}; add it first: `pintle ctl member add`"
    )]
    NotAdded(String),
    /// Nobody of the cluster that it is to join answers.
    #[error("no member of the cluster at --initial-cluster answers: {0}")]
    NobodyThere(String),
    /// Nobody has a snapshot that it needs.
    #[error(
        "this node lost its state up to entry {needed}, and its log does not have it{}; no other member hands out a \
         snapshot: {why}; start it again when the others run or, if there are none, restore a backup into a new folder \
         (`pintle ctl snapshot restore`)",
        machine::OpenError::named(damaged)
    )]
    NoSnapshot {
        /// How far it has to reach.
        needed: u64,
        /// What can't be used here, and why.
        damaged: Vec<String>,
        /// What the last of them said.
        why: String,
    },
    /// The state was written by a newer version.
    #[error(
        "the members of this cluster have agreed on version {cluster} of what they write down; this version understands \
         up to {understood}: run one that is as new as theirs"
    )]
    Outdated {
        /// What the members agreed on.
        cluster: u32,
        /// What this version knows.
        understood: u32,
    },
    /// The files are in disorder.
    #[error("{0}")]
    Disorder(String),
}

impl Node {
    /// Starts a node that reaches the others by `transport`.
    ///
    /// # Errors
    /// [`StartError`]; nothing is lost then.
    pub async fn start(options: Options, transport: &dyn Transport) -> Result<Node, StartError> {
        let folder = Folder::lock(&options.folder)?;
        Node::start_at(Arc::new(folder), options, transport).await
    }

    /// Starts a node that keeps what it has at `place`, wherever that is; the folder of its options is not used.
    ///
    /// # Errors
    /// [`StartError`]; nothing is lost then.
    pub async fn start_at(
        place: Arc<dyn Place>,
        options: Options,
        transport: &dyn Transport,
    ) -> Result<Node, StartError> {
        let identity = join::identify(&*place, &options, transport).await?;
        let (logs, snapshots) = (place.log_files()?, place.snapshot_files()?);
        let volume = place.volume(options.bounds.cache_bytes)?;
        let bounds = options.bounds;
        let open = {
            let (logs, snapshots, volume) = (Arc::clone(&logs), Arc::clone(&snapshots), Arc::clone(&volume));
            move || open(logs, snapshots, volume, bounds)
        };
        let peers = transport.peers(identity.cluster, identity.member);
        let (log, machine) = match blocking(open.clone()).await? {
            Err(StartError::Machine(machine::OpenError::NeedsSnapshot { needed, damaged })) => {
                let others = join::others(&options, &identity, transport).await;
                join::fetch_snapshot(others, &*peers, snapshots, Lacking { needed, damaged }).await?;
                blocking(open).await??
            }
            opened => opened?,
        };
        let parts = Parts { place, identity, log, machine, peers };
        Node::assemble(parts, options).await
    }

    async fn assemble(parts: Parts, options: Options) -> Result<Node, StartError> {
        let Parts { place, identity, log, machine, peers } = parts;
        versions::check(machine.cluster_version())?;
        let (room, gauge) = (Room::default(), log.gauge());
        let begins = if options.existing { BTreeMap::new() } else { founders(&options) };
        let founding = Founding::of(begins, place.past()?);
        let consensus = Consensus::start(
            identity.member,
            options.settings,
            log,
            Arc::clone(&machine),
            Arc::clone(&peers),
            room.clone(),
        )
        .await?;
        if !founding.is_proven() {
            consensus.stand_by();
        } else if !options.existing {
            consensus.initialize(founding.founders().clone()).await?;
        }
        let (probes, asked) = Probes::new();
        let millis = u64::try_from((options.since_epoch)().as_millis()).unwrap_or_default();
        let ids = Ids::new(identity.member, millis);
        let inner = Arc::new(Inner {
            identity,
            settings: options.settings,
            bounds: options.bounds,
            limits: options.limits,
            machine,
            consensus,
            peers,
            log: gauge,
            room,
            founding,
            place,
            probes,
            clock: Clock::default(),
            ids,
            lost: watch::Sender::new(false),
            corrupt: alarms::Corrupt::default(),
            unfit: watch::Sender::new(None),
            counts: Counts::default(),
            since_epoch: options.since_epoch,
            changing: tokio::sync::Mutex::default(),
            stays_alone: OnceLock::new(),
        });
        let node =
            Node { inner: Arc::clone(&inner), tasks: TaskTracker::new(), stop: CancellationToken::new() };
        node.run(probe(Arc::clone(&inner), asked));
        node.run(watch_clock(Arc::clone(&inner)));
        node.run(upkeep::keep_log_short(Arc::clone(&inner)));
        node.run(upkeep::keep_in_touch(Arc::clone(&inner)));
        node.run(upkeep::keep_room(Arc::clone(&inner)));
        if !inner.founding.is_proven() {
            node.run(prove(Arc::clone(&inner)));
        }
        node.run(members::settle(Arc::clone(&inner)));
        node.run(departed::notice(Arc::clone(&inner)));
        node.run(alarms::follow(Arc::clone(&inner)));
        node.run(versions::raise(Arc::clone(&inner)));
        node.run(integrity::compare_states(inner));
        Ok(node)
    }

    /// Runs something beside, as long as the node takes part.
    fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }
}

struct Parts {
    place: Arc<dyn Place>,
    identity: Identity,
    log: Log,
    machine: Arc<Machine>,
    peers: Arc<dyn Peers>,
}

/// Blocking, for as long as it takes to read everything.
fn open(
    logs: Arc<dyn Files>,
    snapshots: Arc<dyn Files>,
    volume: Arc<dyn Volume>,
    bounds: Bounds,
) -> Result<(Log, Arc<Machine>), StartError> {
    let log = Log::open(logs, bounds.log)?;
    let needed = raft::needed(&log).map_err(|error| StartError::Disorder(format!("the log: {error}")))?;
    let options = machine::Options { volume, snapshots, needed, bounds: bounds.machine };
    let machine = Machine::open(options)?;
    let (applied, last) = (machine.applied().map(|applied| applied.index), log.range().map(|(_, last)| last));
    if applied > last.max(needed) {
        // The state can be ahead of what this node's own log made durable: a majority had it. The log goes on behind the
        // state then, and for whoever needs what is missing in it there must be a snapshot.
        machine.snapshot().map_err(machine::OpenError::Snapshot)?;
    }
    Ok((log, Arc::new(machine)))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StartError> {
    executor::blocking(work).await.map_err(|error| StartError::Disorder(error.to_string()))
}

/// The members that a new cluster begins with.
pub(super) fn founders(options: &Options) -> BTreeMap<u64, Member> {
    let member = |(name, urls): (&String, &Vec<String>)| {
        let id = member_id(urls, &options.token, None);
        (id, Member { name: name.clone(), peer_urls: urls.clone(), ..Member::default() })
    };
    options.members.iter().map(member).collect()
}
