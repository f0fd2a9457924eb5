//! Linearizable reads on any member: one probe of the leader for all who wait, then the wait until it is applied here.

use super::{Inner, NodeError, Result};
use crate::raft::{ConsensusError, PeerError, Refused};
use pintle_storage::{Error, Reason};
use pintle_wire::pintle::peer::ReadIndexRequest;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// How long a read waits for a leader and a majority, as etcd's does.
const READ_MAX: Duration = Duration::from_secs(7);
/// Readers that may wait.
const WAITING_MAX: usize = 65_536;
/// How long to wait before a member is asked again that could not be reached.
const PAUSE: Duration = Duration::from_millis(20);

type Waiting = oneshot::Sender<Result<()>>;

/// Where readers line up.
#[derive(Debug)]
pub(super) struct Probes {
    ask: mpsc::Sender<Waiting>,
}

impl Probes {
    pub(super) fn new() -> (Probes, mpsc::Receiver<Waiting>) {
        let (ask, asked) = mpsc::channel(WAITING_MAX);
        (Probes { ask }, asked)
    }

    /// Returns when everything that was answered before this call can be read here.
    pub(super) async fn linearize(&self) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        match self.ask.try_send(answer) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                return Err(Error::NotApplied(Reason::TooManyRequests).into());
            }
            Err(mpsc::error::TrySendError::Closed(_)) => {
                return Err(Error::NotApplied(Reason::Stopped).into());
            }
        }
        answered.await.unwrap_or(Err(Error::NotApplied(Reason::Stopped).into()))
    }
}

/// Probes for whoever waits, one probe after the other: who comes while one is under way waits for the next, for what
/// was answered after a probe began is not covered by it.
pub(super) async fn probe(inner: Arc<Inner>, mut asked: mpsc::Receiver<Waiting>) {
    while let Some(first) = asked.recv().await {
        let mut waiting = vec![first];
        while let Ok(another) = asked.try_recv() {
            waiting.push(another);
        }
        let outcome = inner.confirm_read().await;
        for answer in waiting {
            // Who has gone needs no answer.
            let _ = answer.send(outcome.clone());
        }
    }
}

impl Inner {
    /// Whether everything that was ever answered is applied here, without asking anybody: when this member is the whole
    /// majority and has applied an entry of the term it leads, and with it all before. Whatever it answers is applied.
    pub(super) fn is_current(&self) -> bool {
        let applied = self.machine.applied().map(|applied| applied.term);
        applied.is_some() && self.consensus.leads_alone() == applied
    }

    /// Asks the leader, whoever it is, and waits until what it says is applied here.
    async fn confirm_read(&self) -> Result<()> {
        let deadline = Instant::now() + READ_MAX;
        let confirmed = async {
            let index = self.leader_s_index().await?;
            self.consensus.wait_applied(index).await.map_err(NodeError::of_read)
        };
        tokio::time::timeout_at(deadline, confirmed)
            .await
            .unwrap_or(Err(Error::NotApplied(Reason::TimedOut).into()))
    }

    async fn leader_s_index(&self) -> Result<u64> {
        loop {
            let standing = self.consensus.standing();
            let asked = match standing.leader {
                Some(leader) if leader == self.identity.member => {
                    self.consensus.read_index().await.map(|position| position.index).map_err(Again::of)
                }
                Some(leader) => self.ask_index(leader).await,
                None => Err(Again::Changed),
            };
            match asked {
                Ok(index) => return Ok(index),
                Err(Again::Stopped(error)) => return Err(error),
                Err(Again::Later) => tokio::time::sleep(PAUSE).await,
                Err(Again::Changed) => {
                    // A leader that lost its majority may win it again without anything changing.
                    let changed = self.consensus.standing_after(standing);
                    if let Ok(changed) = tokio::time::timeout(READ_MAX / 10, changed).await {
                        changed.map_err(NodeError::of_read)?;
                    }
                }
            }
        }
    }

    async fn ask_index(&self, leader: u64) -> std::result::Result<u64, Again> {
        let peer = self.peer(leader).ok_or(Again::Changed)?;
        match peer.read_index(ReadIndexRequest {}).await {
            Ok(answer) => Ok(answer.read.map_or(0, |read| read.index)),
            Err(PeerError::Refused(Refused::NotLeader(_))) => Err(Again::Later),
            Err(error) => {
                tracing::debug!(%error, leader, "no read index");
                Err(Again::Later)
            }
        }
    }
}

/// How a probe that failed goes on; it changed nothing, so it may always be made again.
enum Again {
    /// After a pause.
    Later,
    /// When somebody else leads, or somebody at all.
    Changed,
    /// Not at all.
    Stopped(NodeError),
}

impl Again {
    fn of(error: ConsensusError) -> Again {
        match error {
            ConsensusError::Stopped(_) => Again::Stopped(NodeError::of_read(error)),
            ConsensusError::NoQuorum => Again::Later,
            _ => Again::Changed,
        }
    }
}
