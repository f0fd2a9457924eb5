//! Writes: proposed by the leader, or handed to it. What surely did not reach consensus is tried again in its time; what
//! may have is never sent twice.

use super::{Inner, NodeError, Result, outcome};
use crate::machine::Reply;
use crate::raft::{ConsensusError, PeerError, Refused};
use crate::state_machine::{Answer, Refusal};
use bytes::Bytes;
use pintle_storage::{Error, Reason};
use pintle_wire::pintle::command::{Command, command};
use pintle_wire::pintle::peer::{ProposeRequest, ProposeResponse};
use prost::Message;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a write may take, as etcd's may.
const WRITE_MAX: Duration = Duration::from_secs(7);
/// How long to wait before the leader is asked again that could not be reached.
const PAUSE: Duration = Duration::from_millis(20);

/// What became of a command.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: std::result::Result<Answer, Refusal>,
    /// The revision after it.
    pub(super) revision: u64,
}

impl Inner {
    /// Carries a command out, and answers when it is applied here, too.
    pub(super) async fn propose(&self, body: command::Command) -> Result<Done> {
        let command = self.command(body)?;
        self.counted(self.propose_until(command, Instant::now() + WRITE_MAX)).await
    }

    /// The same for what only this member's leadership justifies: nobody else is asked to carry it out.
    pub(super) async fn propose_as_leader(&self, body: command::Command) -> Result<Done> {
        let command = self.command(body)?;
        let proposed = async {
            match self.propose_here(command, Instant::now() + WRITE_MAX).await {
                Ok((_, done)) => Ok(done),
                Err(Failed::Unheard) => Err(NodeError::LEADERLESS),
                Err(Failed::For(error)) => Err(error),
            }
        };
        self.counted(proposed).await
    }

    /// Encodes a command that may be proposed now.
    fn command(&self, body: command::Command) -> Result<Bytes> {
        self.check_capable(&body)?;
        if self.corrupt.is_raised() && !matches!(body, command::Command::ClusterVersion(_)) {
            return Err(Error::NotApplied(Reason::Corrupt).into());
        }
        let command = Bytes::from(Command { command: Some(body) }.encode_to_vec());
        // As etcd: with what is around the request.
        if command.len() > self.limits.request_bytes {
            return Err(Error::TooLarge.into());
        }
        Ok(command)
    }

    async fn counted(&self, proposed: impl Future<Output = Result<Done>>) -> Result<Done> {
        let _pending = self.counts.proposal();
        let outcome = proposed.await;
        self.counts.failed.fetch_add(u64::from(outcome.is_err()), Ordering::Relaxed);
        outcome
    }

    async fn propose_until(&self, command: Bytes, deadline: Instant) -> Result<Done> {
        loop {
            let standing = self.consensus.standing();
            let proposed = match standing.leader {
                Some(leader) if leader == self.identity.member => {
                    self.propose_here(command.clone(), deadline).await.map(|(_, done)| done)
                }
                Some(leader) => self.propose_there(leader, command.clone(), deadline).await,
                None => Err(Failed::Unheard),
            };
            match proposed {
                Ok(done) => return Ok(done),
                Err(Failed::For(error)) => return Err(error),
                Err(Failed::Unheard) => {
                    if Instant::now() + PAUSE > deadline {
                        return Err(NodeError::LEADERLESS);
                    }
                    tokio::time::sleep(PAUSE).await;
                    if standing.leader.is_none() {
                        // No leader: wait for one, as long as there is time.
                        let changed = self.consensus.standing_after(standing);
                        match timeout_at(deadline, changed).await {
                            Ok(changed) => drop(changed.map_err(NodeError::of_read)?),
                            Err(_) => return Err(NodeError::LEADERLESS),
                        }
                    }
                }
            }
        }
    }

    /// Proposes as the leader. Answers with the index at which the command stands in the log.
    async fn propose_here(
        &self,
        command: Bytes,
        deadline: Instant,
    ) -> std::result::Result<(u64, Done), Failed> {
        if self.room.is_full() {
            return Err(Failed::For(Error::NoSpace.into()));
        }
        match timeout_at(deadline, self.consensus.propose(command)).await {
            Ok(Ok((index, Reply::Applied { answer, revision }))) => Ok((index, Done { answer, revision })),
            Ok(Ok((_, Reply::Nothing))) => Err(Failed::For(
                Error::Unknown(Reason::Unavailable("a command without an outcome".into())).into(),
            )),
            Ok(Err(ConsensusError::NotLeader(_))) => Err(Failed::Unheard),
            Ok(Err(error)) => Err(Failed::For(NodeError::of_write(error))),
            Err(_) => Err(Failed::For(NodeError::LATE)),
        }
    }

    /// Hands a command to the leader.
    async fn propose_there(
        &self,
        leader: u64,
        command: Bytes,
        deadline: Instant,
    ) -> std::result::Result<Done, Failed> {
        let peer = self.peer(leader).ok_or(Failed::Unheard)?;
        let response = match timeout_at(deadline, peer.propose(ProposeRequest { command })).await {
            Ok(Ok(response)) => response,
            Ok(Err(PeerError::Unreachable(_) | PeerError::Refused(Refused::NotLeader(_)))) => {
                return Err(Failed::Unheard);
            }
            Ok(Err(PeerError::Refused(Refused::NoSpace))) => return Err(Failed::For(Error::NoSpace.into())),
            Ok(Err(PeerError::Refused(refused))) => {
                let why = Reason::Unavailable(refused.to_string().into());
                return Err(Failed::For(Error::NotApplied(why).into()));
            }
            Ok(Err(PeerError::Lost(_))) => {
                return Err(Failed::For(Error::Unknown(Reason::TimedOutByConnectionLoss).into()));
            }
            Ok(Err(PeerError::TimedOut)) | Err(_) => return Err(Failed::For(NodeError::LATE)),
        };
        // It is done. Who asks this member next must see it here, so it is answered when it is applied here.
        match timeout_at(deadline, self.consensus.wait_applied(response.index)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(Failed::For(NodeError::of_write(error))),
            Err(_) => return Err(Failed::For(NodeError::LATE)),
        }
        let answer = outcome::read(response.outcome).map_err(|error| Failed::For(error.into()))?;
        Ok(Done { answer, revision: response.revision })
    }

    /// Proposes for another member.
    ///
    /// # Errors
    /// [`PeerError::Refused`] when it was surely not proposed.
    pub(super) async fn propose_for_peer(
        &self,
        request: ProposeRequest,
    ) -> std::result::Result<ProposeResponse, PeerError> {
        let deadline = Instant::now() + WRITE_MAX;
        if self.corrupt.is_raised() {
            return Err(PeerError::Refused(Refused::Unable(Reason::Corrupt.to_string())));
        }
        match self.propose_here(request.command, deadline).await {
            Ok((index, done)) => Ok(ProposeResponse {
                index,
                revision: done.revision,
                outcome: Some(outcome::wire(&done.answer)),
            }),
            Err(Failed::Unheard) => {
                Err(PeerError::Refused(Refused::NotLeader(self.consensus.standing().leader)))
            }
            Err(Failed::For(NodeError::Storage(Error::NoSpace))) => Err(PeerError::Refused(Refused::NoSpace)),
            Err(Failed::For(error)) => Err(PeerError::Lost(error.to_string())),
        }
    }
}

/// Why a proposal has no outcome.
enum Failed {
    /// Nobody who could have done it has heard it.
    Unheard,
    /// For good, or for all that is known.
    For(NodeError),
}
