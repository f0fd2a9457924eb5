//! What other members ask of this one.

use super::Node;
use crate::executor;
use crate::machine::ReadError;
use crate::raft::{ConsensusError, PeerError, Refused, wire_member};
use crate::state_machine::Refusal;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use pintle_wire::pintle::peer as wire;
use std::sync::Arc;

type Answer<T> = std::result::Result<T, PeerError>;

impl Node {
    /// Says who is in the cluster, to who asks without being known.
    pub fn introduce_for_peer(&self) -> wire::IntroduceResponse {
        let known = self.inner.consensus.members().into_iter().map(|known| (known.id, known.member));
        let mut members: Vec<_> = known.collect();
        if members.is_empty() {
            members.extend(self.inner.founding.founders().clone());
        }
        let members = members.iter().map(|(id, member)| wire_member(*id, member)).collect();
        wire::IntroduceResponse {
            cluster: self.inner.identity.cluster,
            members,
            fresh: self.inner.is_fresh(),
        }
    }

    /// Says who is a member, as every answered change has made it, to one who hears of no leader.
    ///
    /// # Errors
    /// [`PeerError::Refused`] when it can't be sure.
    pub async fn members_for_peer(&self, _: wire::MembersRequest) -> Answer<wire::MembersResponse> {
        self.inner.members_for_peer().await
    }

    /// Takes in what a leader replicates.
    pub fn append_for_peer(
        &self,
        requests: BoxStream<'static, Answer<wire::AppendRequest>>,
    ) -> BoxStream<'static, Answer<wire::AppendResponse>> {
        // A leader's stream never ends by itself, and whoever reads it may wait for more.
        let stopping = || self.stop.clone().cancelled_owned();
        let requests = requests.take_until(stopping()).boxed();
        self.inner.consensus.append(requests).take_until(stopping()).boxed()
    }

    /// Votes, or says that it would.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn vote_for_peer(&self, request: wire::VoteRequest) -> Answer<wire::VoteResponse> {
        self.inner.consensus.vote(request).await
    }

    /// Takes leadership over.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn take_over_for_peer(
        &self,
        request: wire::TransferLeaderRequest,
    ) -> Answer<wire::TransferLeaderResponse> {
        self.inner.consensus.take_over(request).await
    }

    /// Takes a leader's snapshot in.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn install_snapshot_for_peer(
        &self,
        requests: BoxStream<'static, Answer<wire::InstallSnapshotRequest>>,
    ) -> Answer<wire::InstallSnapshotResponse> {
        self.inner.consensus.install_snapshot(requests).await
    }

    /// Hands out the newest snapshot; one that is written for it, where that does not reach far enough and what is applied
    /// here does.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn snapshot_for_peer(
        &self,
        request: &wire::FetchSnapshotRequest,
    ) -> Answer<BoxStream<'static, wire::SnapshotPart>> {
        let machine = &self.inner.machine;
        let reaching = || machine.newest_snapshot().filter(|file| file.position.index >= request.needed);
        if reaching().is_none() && machine.applied().is_some_and(|applied| applied.index >= request.needed) {
            self.inner.write_snapshot().await.map_err(|error| unable(&error.to_string()))?;
        }
        let file = reaching().ok_or_else(|| unable("there is no snapshot that reaches so far"))?;
        // Whoever asks has nothing else to hold it against.
        let machine = Arc::clone(machine);
        let looking =
            executor::blocking(move || machine.renew_if_damaged(&file).map(|_| machine.newest_snapshot()));
        let looked = looking.await.map_err(|error| unable(&error.to_string()))?;
        let file = looked.map_err(|error| unable(&error.to_string()))?;
        let file = file.ok_or_else(|| unable("there is no snapshot that reaches so far"))?;
        crate::raft::snapshot_parts(file, request.offset).map_err(|error| unable(&error.to_string()))
    }

    /// Says up to where a read must have applied, as the leader.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn read_index_for_peer(&self, _: wire::ReadIndexRequest) -> Answer<wire::ReadIndexResponse> {
        match self.inner.consensus.read_index().await {
            Ok(position) => {
                let read = pintle_wire::pintle::raft::LogId { term: position.term, index: position.index };
                Ok(wire::ReadIndexResponse { read: Some(read) })
            }
            Err(ConsensusError::NotLeader(leader)) => Err(PeerError::Refused(Refused::NotLeader(leader))),
            Err(error) => Err(unable(&error.to_string())),
        }
    }

    /// Proposes a command, as the leader.
    ///
    /// # Errors
    /// [`PeerError::Refused`] when it was surely not proposed, [`PeerError::Lost`] when it may have been.
    pub async fn propose_for_peer(&self, request: wire::ProposeRequest) -> Answer<wire::ProposeResponse> {
        self.inner.propose_for_peer(request).await
    }

    /// Changes who is a member, as the leader.
    ///
    /// # Errors
    /// As [`propose_for_peer`](Self::propose_for_peer).
    pub async fn change_for_peer(
        &self,
        request: wire::ChangeMembershipRequest,
    ) -> Answer<wire::ChangeMembershipResponse> {
        self.inner.change_for_peer(request).await
    }

    /// Keeps a lease alive, as the leader.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn keep_alive_for_peer(
        &self,
        request: wire::KeepAliveRequest,
    ) -> Answer<wire::KeepAliveResponse> {
        self.inner.keep_alive_here(request.id).await.map(|ttl| wire::KeepAliveResponse { ttl })
    }

    /// Says how long a lease has to live, as the leader.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn time_to_live_for_peer(
        &self,
        request: wire::TimeToLiveRequest,
    ) -> Answer<wire::TimeToLiveResponse> {
        let left = self.inner.time_to_live_here(request.id).await?;
        Ok(wire::TimeToLiveResponse { ttl: left.ttl, granted_ttl: left.granted })
    }

    /// Hands leadership to another member, as the leader.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub async fn lead_for_peer(&self, request: wire::LeadRequest) -> Answer<wire::LeadResponse> {
        if !self.inner.consensus.standing().leads {
            return Err(PeerError::Refused(Refused::NotLeader(self.inner.consensus.standing().leader)));
        }
        match self.inner.lead(request.to).await {
            Ok(()) => Ok(wire::LeadResponse {}),
            Err(error) => Err(unable(&error.to_string())),
        }
    }

    /// Says what its state hashes to.
    ///
    /// # Errors
    /// [`PeerError::Refused`].
    pub fn hash_for_peer(&self, request: &wire::HashRequest) -> Answer<wire::HashResponse> {
        match self.inner.machine.hash_kv(request.revision) {
            Ok(hash) => {
                Ok(wire::HashResponse { hash: hash.hash, compacted: hash.compacted, revision: hash.revision })
            }
            Err(ReadError::Refusal(refusal @ (Refusal::Compacted | Refusal::FutureRevision))) => {
                Err(unable(&refusal.to_string()))
            }
            Err(error) => Err(unable(&error.to_string())),
        }
    }
}

fn unable(why: &str) -> PeerError {
    PeerError::Refused(Refused::Unable(why.to_owned()))
}
