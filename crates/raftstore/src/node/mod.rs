//! A storage node: consensus over a log and a machine, with what a member does for its clients and for the others.
//!
//! ```text
//! kv, leases, members   what clients ask
//!   |         |    |
//! propose   read   |     by the leader, or by asking it
//!   '---- raft ----'     log, quorum, machine
//!           |
//!          peer          what other members ask
//! ```
//!
//! It never knows how anybody reached it: etcd's API, an embedded caller and peers all come through here.

mod alarms;
mod check;
mod departed;
mod error;
pub(crate) mod folder;
mod founding;
mod identity;
mod ids;
mod integrity;
mod join;
mod kv;
mod leases;
mod members;
mod outcome;
mod peer;
mod place;
mod propose;
mod read;
mod start;
mod telemetry;
mod upkeep;
mod versions;

pub use alarms::{Alarm, AlarmKind};
pub use error::{NodeError, Result};
pub use folder::{FolderError, Past};
pub use identity::{Identity, cluster_id, member_id, parse_members};
pub use leases::Left;
pub use place::Place;
pub use start::{Bounds, Options, StartError};
pub use telemetry::describe;
pub use versions::UNDERSTOOD;

use crate::executor;
use crate::feed;
use crate::log::Gauge;
use crate::machine::{HashKv, Machine};
use crate::raft::{Consensus, Peers, Progress, Room, Settings, Standing};
use alarms::Corrupt;
use founding::Founding;
use ids::Ids;
use leases::Clock;
use pintle_storage::Limits;
use pintle_wire::etcdserverpb::ResponseHeader;
use read::Probes;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use telemetry::Counts;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A node that takes part. Cheap to clone; it ends with [`stop`](Node::stop).
#[derive(Clone, Debug)]
pub struct Node {
    inner: Arc<Inner>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Inner {
    identity: Identity,
    settings: Settings,
    bounds: Bounds,
    limits: Limits,
    machine: Arc<Machine>,
    consensus: Consensus,
    peers: Arc<dyn Peers>,
    log: Gauge,
    room: Room,
    founding: Founding,
    place: Arc<dyn Place>,
    probes: Probes,
    clock: Clock,
    ids: Ids,
    /// Whether there was no leader for so long that clients should go elsewhere; also when the node stops.
    lost: watch::Sender<bool>,
    /// Whether a member's state was found to differ from that of others: nothing is written then.
    corrupt: Corrupt,
    /// Why this member must not go on, once that is known.
    unfit: watch::Sender<Option<String>>,
    counts: Counts,
    since_epoch: fn() -> Duration,
    /// Members are changed by one after the other: consensus takes one change at a time, at a first start all of them tell
    /// of themselves at once, and what is known of one is read and written in one turn.
    changing: tokio::sync::Mutex<()>,
    /// Why no member can be added, when none can.
    stays_alone: OnceLock<&'static str>,
}

impl Node {
    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    /// Bounds on requests.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Who leads, as far as it knows.
    pub fn standing(&self) -> Standing {
        self.inner.consensus.standing()
    }

    /// Returns when the standing is no longer the one that was `seen`.
    ///
    /// # Errors
    /// [`NodeError`] when it has ended.
    pub async fn standing_after(&self, seen: Standing) -> Result<Standing> {
        self.inner.consensus.standing_after(seen).await.map_err(NodeError::of_read)
    }

    /// Returns when no leader is known for so long that who is connected here should try elsewhere: three times as long
    /// as an election takes, as etcd does.
    pub async fn leaderless(&self) {
        let mut lost = self.inner.lost.subscribe();
        // The sender lives as long as the node: waiting only fails when nobody can ask any more.
        while lost.wait_for(|lost| *lost).await.is_ok() && !self.stop.is_cancelled() {
            // What was noted a moment ago may be over: who has just connected is not to be sent away for it.
            if !self.has_leader() {
                return;
            }
            if lost.changed().await.is_err() {
                return;
            }
        }
    }

    /// Returns when the node stops.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Whether there is a leader that can be reached, as far as is known.
    pub fn has_leader(&self) -> bool {
        self.inner.consensus.is_in_touch()
    }

    /// Whether it only learns.
    pub fn is_learner(&self) -> bool {
        self.inner.consensus.learns(self.inner.identity.member)
    }

    /// How far its log has come.
    pub fn progress(&self) -> Progress {
        self.inner.consensus.progress()
    }

    /// Returns when everything that was answered before, by any member, can be read here.
    ///
    /// # Errors
    /// [`NodeError`]; never because of what was asked.
    pub async fn linearize(&self) -> Result<()> {
        if self.inner.is_current() {
            return Ok(());
        }
        self.inner.probes.linearize().await
    }

    /// The revision of the last write that is applied here.
    pub fn revision(&self) -> u64 {
        self.inner.machine.revision()
    }

    /// Nothing below it can be read.
    pub fn compacted(&self) -> u64 {
        self.inner.machine.compacted()
    }

    /// Watches changes.
    pub fn watch(&self, request: feed::Request) -> feed::Watcher {
        self.inner.machine.watch(request)
    }

    /// A hash of what was true at a revision, 0 for the last one; the same on every member.
    ///
    /// # Errors
    /// [`NodeError`].
    pub fn hash_kv(&self, revision: i64) -> Result<HashKv> {
        let machine = &self.inner.machine;
        machine.hash_kv(revision).map_err(|error| NodeError::unread(error, machine.compacted()))
    }

    /// What the state is kept in, for backups and for who asks how large it is.
    pub fn machine(&self) -> &Arc<Machine> {
        &self.inner.machine
    }

    /// Bytes of its log.
    pub fn log_bytes(&self) -> u64 {
        self.inner.log.bytes()
    }

    /// Whether the disk has no room, so that nothing is written.
    pub fn is_full(&self) -> bool {
        self.inner.room.is_full()
    }

    /// The header of an answer in the name of `revision`.
    pub fn header_at(&self, revision: u64) -> ResponseHeader {
        ResponseHeader {
            cluster_id: self.inner.identity.cluster,
            member_id: self.inner.identity.member,
            revision: i64::try_from(revision).unwrap_or(i64::MAX),
            raft_term: self.standing().term,
        }
    }

    /// The header of an answer in the name of what is applied here.
    pub fn header(&self) -> ResponseHeader {
        self.header_at(self.revision())
    }

    /// Returns when it can't go on by itself, and says why. The process should end.
    pub async fn failure(&self) -> String {
        let mut unfit = self.inner.unfit.subscribe();
        let found = async {
            let why = unfit.wait_for(Option::is_some).await.map(|why| why.clone().unwrap_or_default());
            match why {
                Ok(why) => why,
                // The node is gone, and nobody can wait any more.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            why = self.inner.consensus.failure() => why,
            why = found => why,
        }
    }

    /// Writes a snapshot without waiting for the log to be long. Returns when it is written; what follows from that, a
    /// shorter log, comes a little later.
    ///
    /// # Errors
    /// [`NodeError`] when it has ended, nothing was applied yet, or it can't be written; the node goes on then.
    pub async fn snapshot_now(&self) -> Result<()> {
        self.inner.write_snapshot().await.map(drop)
    }

    /// Hands leadership to another voter, if this node has it and there is one that is well.
    pub async fn step_aside(&self) {
        if !self.standing().leads {
            return;
        }
        let own = self.inner.identity.member;
        let matched = |id: u64| self.inner.consensus.matched(id);
        let others =
            self.inner.consensus.members().into_iter().filter(|other| other.id != own && !other.learns);
        if let Some(next) = others.max_by_key(|other| matched(other.id))
            && let Err(error) = self.move_leader(next.id).await
        {
            tracing::info!(%error, "leadership was not handed over; the others elect a leader");
        }
    }

    /// Takes no part any more, and writes down what it has.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.inner.lost.send_replace(true);
        self.inner.consensus.stop().await;
        self.tasks.close();
        self.tasks.wait().await;
        let machine = Arc::clone(&self.inner.machine);
        match executor::blocking(move || machine.flush()).await {
            Ok(Ok(())) => {}
            // Whatever is lost is made anew from the log.
            Ok(Err(error)) => tracing::warn!(%error, "the working state was not written down"),
            Err(error) => tracing::error!(%error, "writing down the working state ended badly"),
        }
    }
}
