//! Leases by the clock. Only a leader with a majority behind it says how long a lease has to live, keeps it alive, or
//! proposes its end; a new leader gives every lease its whole time again. What is true is the state's: the clock only
//! decides when to propose.

use super::{Inner, Node, NodeError, Result};
use crate::raft::{ConsensusError, PeerError, Refused, Standing};
use crate::state_machine::Answer;
use parking_lot::Mutex;
use pintle_storage::{Error, Lease, Reason};
use pintle_wire::etcdserverpb::LeaseGrantRequest;
use pintle_wire::pintle::command::LeaseRevoke;
use pintle_wire::pintle::command::command::Command;
use pintle_wire::pintle::peer as wire;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often the clock is looked at: a lease may live so much longer.
const TICK: Duration = Duration::from_millis(250);
/// Leases ended in one tick: each is a proposal of its own, and others want to write, too.
const ENDED_MAX: usize = 250;
/// How long the answer of a leader that was asked for a lease may take.
const ASK_MAX: Duration = Duration::from_secs(7);

/// What is left of a lease, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Until it ends.
    pub ttl: i64,
    /// What it was granted for.
    pub granted: i64,
}

/// When leases end, as the leader sees it.
#[derive(Debug, Default)]
pub(super) struct Clock {
    deadlines: Mutex<Deadlines>,
}

#[derive(Debug, Default)]
struct Deadlines {
    /// In which term this member led when they were set; they mean nothing in another one.
    term: Option<u64>,
    by_lease: BTreeMap<i64, Deadline>,
}

#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: Instant,
    /// Its end is proposed, or was and may yet come true: nothing keeps it alive any more.
    ending: bool,
    /// Its end is under way.
    asked: bool,
}

impl Node {
    /// Grants a lease of `ttl` seconds, under `id` or, when that is 0, under one that nobody has.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn lease_grant(&self, ttl: i64, id: i64) -> Result<(i64, i64, u64)> {
        if u64::try_from(ttl).is_ok_and(|ttl| Duration::from_secs(ttl) > Lease::MAX_TTL) {
            return Err(Error::LeaseTtlTooLarge.into());
        }
        let ttl = ttl.max(self.inner.least_ttl());
        loop {
            let chosen = if id == 0 { self.inner.ids.next() } else { id };
            let grant = LeaseGrantRequest { id: chosen, ttl };
            let done = self.inner.propose(Command::LeaseGrant(grant)).await?;
            let revision = done.revision;
            match self.inner.accepted(done) {
                Ok(Answer::Lease { id, ttl }) => return Ok((id, ttl, revision)),
                Ok(_) => {
                    return Err(Error::Unknown(Reason::Unavailable("no lease in the answer".into())).into());
                }
                Err(NodeError::Storage(Error::LeaseExists)) if id == 0 => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends a lease and deletes its keys. Answers the revision after that.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn lease_revoke(&self, id: i64) -> Result<u64> {
        let done = self.inner.propose(Command::LeaseRevoke(LeaseRevoke { id })).await?;
        let revision = done.revision;
        self.inner.accepted(done).map(|_| revision)
    }

    /// Gives a lease its whole time again. Answers it, in seconds.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn lease_keep_alive(&self, id: i64) -> Result<i64> {
        self.inner
            .ask_leader(id, Inner::keep_alive_here, |peer, id| {
                Box::pin(async move {
                    peer.keep_alive(wire::KeepAliveRequest { id }).await.map(|answer| answer.ttl)
                })
            })
            .await
    }

    /// How long a lease has to live.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn lease_time_to_live(&self, id: i64) -> Result<Left> {
        self.inner
            .ask_leader(id, Inner::time_to_live_here, |peer, id| {
                Box::pin(async move {
                    let answer = peer.time_to_live(wire::TimeToLiveRequest { id }).await?;
                    Ok(Left { ttl: answer.ttl, granted: answer.granted_ttl })
                })
            })
            .await
    }

    /// The keys on a lease, in order.
    pub fn lease_keys(&self, id: i64) -> Vec<bytes::Bytes> {
        self.inner.machine.lease(id).map_or_else(Vec::new, |lease| lease.keys.into_iter().collect())
    }

    /// The leases there are.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn leases(&self) -> Result<Vec<i64>> {
        self.linearize().await?;
        Ok(self.inner.machine.leases().into_iter().map(|(id, _)| id).collect())
    }
}

type Asked<T> = futures_util::future::BoxFuture<'static, std::result::Result<T, PeerError>>;

impl Inner {
    /// Does something with a lease where the leader is: here, or by asking it.
    async fn ask_leader<T>(
        &self,
        id: i64,
        here: impl AsyncFn(&Inner, i64) -> std::result::Result<T, PeerError>,
        there: impl Fn(Arc<dyn crate::raft::Peer>, i64) -> Asked<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + ASK_MAX;
        loop {
            let standing = self.consensus.standing();
            let answer = match standing.leader {
                Some(leader) if leader == self.identity.member => Some(here(self, id).await),
                Some(leader) => match self.peer(leader) {
                    Some(peer) => Some(there(peer, id).await),
                    None => None,
                },
                None => None,
            };
            match answer {
                Some(Ok(answer)) => return Ok(answer),
                Some(Err(PeerError::Refused(Refused::LeaseNotFound))) => {
                    return Err(Error::LeaseNotFound.into());
                }
                // Asking again does no harm: the answer is about the moment in which it is given.
                _ if Instant::now() < deadline => tokio::time::sleep(TICK / 5).await,
                _ => return Err(Error::NotApplied(Reason::TimedOut).into()),
            }
        }
    }

    /// Keeps a lease alive as the leader.
    pub(super) async fn keep_alive_here(&self, id: i64) -> std::result::Result<i64, PeerError> {
        let standing = self.leading().await?;
        let ttl = self.machine.lease_ttl(id).ok_or(PeerError::Refused(Refused::LeaseNotFound))?;
        let mut deadlines = self.clock.deadlines.lock();
        let deadline = deadlines.of(standing, id, ttl).ok_or(PeerError::Refused(Refused::LeaseNotFound))?;
        deadline.at = Instant::now() + seconds(ttl);
        Ok(ttl)
    }

    /// Says how long a lease has to live, as the leader.
    pub(super) async fn time_to_live_here(&self, id: i64) -> std::result::Result<Left, PeerError> {
        let standing = self.leading().await?;
        let granted = self.machine.lease_ttl(id).ok_or(PeerError::Refused(Refused::LeaseNotFound))?;
        let mut deadlines = self.clock.deadlines.lock();
        let deadline =
            deadlines.of(standing, id, granted).ok_or(PeerError::Refused(Refused::LeaseNotFound))?;
        let left = deadline.at.saturating_duration_since(Instant::now());
        Ok(Left { ttl: i64::try_from(left.as_secs()).unwrap_or(i64::MAX), granted })
    }

    /// Confirms with a majority that this member leads.
    async fn leading(&self) -> std::result::Result<Standing, PeerError> {
        let standing = self.consensus.standing();
        let refused = || PeerError::Refused(Refused::NotLeader(standing.leader));
        if !standing.leads {
            return Err(refused());
        }
        match self.probes.linearize().await {
            Ok(()) if self.consensus.standing() == standing => Ok(standing),
            Ok(()) => Err(refused()),
            Err(error) => Err(PeerError::Refused(Refused::Unable(error.to_string()))),
        }
    }

    /// No lease is shorter than it takes to elect a leader, or it would end in every election.
    fn least_ttl(&self) -> i64 {
        let election = self.settings.election.as_secs_f64();
        // As etcd: three halves of the election time, in whole seconds.
        (election * 1.5).ceil() as i64
    }
}

/// Proposes the end of leases whose time is up, as long as this member leads.
pub(super) async fn watch_clock(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(TICK).await;
        let standing = inner.consensus.standing();
        if !standing.leads {
            inner.clock.deadlines.lock().term = None;
            continue;
        }
        let over = {
            let mut deadlines = inner.clock.deadlines.lock();
            deadlines.fit(standing, &inner.machine.leases());
            deadlines.take_over(Instant::now())
        };
        for id in over {
            if let Err(error) = inner.end(id, standing).await {
                tracing::debug!(%error, id, "the end of a lease is proposed again");
                inner.clock.deadlines.lock().ask_again(id);
            }
        }
    }
}

impl Inner {
    async fn end(&self, id: i64, standing: Standing) -> Result<()> {
        // A member that no longer leads must not propose what only its own clock says, nor hand it to who leads now:
        // there the lease has its whole time again.
        if self.consensus.standing() != standing {
            return Err(NodeError::of_write(ConsensusError::NotLeader(None)));
        }
        let done = self.propose_as_leader(Command::LeaseRevoke(LeaseRevoke { id })).await?;
        match self.accepted(done) {
            Ok(_) | Err(NodeError::Storage(Error::LeaseNotFound)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Deadline {
    fn whole(ttl: i64) -> Deadline {
        Deadline { at: Instant::now() + seconds(ttl), ending: false, asked: false }
    }
}

impl Deadlines {
    /// In a new term every lease has its whole time.
    fn enter(&mut self, standing: Standing) {
        if self.term != Some(standing.term) {
            self.term = Some(standing.term);
            self.by_lease.clear();
        }
    }

    /// The deadline of a lease that exists, unless it is about to end.
    fn of(&mut self, standing: Standing, id: i64, ttl: i64) -> Option<&mut Deadline> {
        self.enter(standing);
        Some(self.by_lease.entry(id).or_insert_with(|| Deadline::whole(ttl)))
            .filter(|deadline| !deadline.ending)
    }

    /// Follows the leases that there are.
    fn fit(&mut self, standing: Standing, leases: &[(i64, i64)]) {
        self.enter(standing);
        for (id, ttl) in leases {
            self.by_lease.entry(*id).or_insert_with(|| Deadline::whole(*ttl));
        }
        if self.by_lease.len() > leases.len() {
            let there: BTreeSet<i64> = leases.iter().map(|(id, _)| *id).collect();
            self.by_lease.retain(|id, _| there.contains(id));
        }
    }

    /// The leases whose time is up; from here on nothing keeps them alive.
    fn take_over(&mut self, now: Instant) -> Vec<i64> {
        let over = self.by_lease.iter_mut().filter(|(_, deadline)| !deadline.asked && deadline.at <= now);
        over.take(ENDED_MAX)
            .map(|(id, deadline)| {
                (deadline.ending, deadline.asked) = (true, true);
                *id
            })
            .collect()
    }

    /// What was proposed without an outcome may come true at any time, so nothing keeps the lease alive: its end is
    /// proposed again.
    fn ask_again(&mut self, id: i64) {
        if let Some(deadline) = self.by_lease.get_mut(&id) {
            deadline.asked = false;
        }
    }
}

fn seconds(ttl: i64) -> Duration {
    Duration::from_secs(u64::try_from(ttl).unwrap_or_default())
}
