//! Who is a member, and changes of that.

use super::versions::UNDERSTOOD;
use super::{Inner, Node, NodeError, Result, identity};
use crate::raft::{ConsensusError, Member, Peer, PeerError, Refused, Standpoint, read_member, wire_member};
use pintle_storage::{Error, Reason};
use pintle_wire::pintle::peer as wire;
use pintle_wire::pintle::peer::change_membership_request::Change;
use pintle_wire::pintle::raft as raft_wire;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a change of membership may take: a new voter must have the leader's log first.
const CHANGE_MAX: Duration = Duration::from_secs(15);
/// How often a leader looks whether a change was left unfinished.
const SETTLE_EVERY: Duration = Duration::from_millis(500);
/// How long to wait before the leader is asked again.
const PAUSE: Duration = Duration::from_millis(50);
/// Entries that a learner may be behind when it is made a voter: etcd asks for nine tenths of the leader's log.
const READY_TENTHS: u64 = 9;
/// Learners in a cluster, as in etcd.
const LEARNERS_MAX: usize = 1;
/// How long leadership may take to move.
const TRANSFER_MAX: Duration = Duration::from_secs(5);

impl Node {
    /// The members, as this node knows them; with `linearizable`, as every answered change has made them.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn members(&self, linearizable: bool) -> Result<Vec<Standpoint>> {
        if linearizable {
            self.linearize().await?;
        }
        Ok(self.inner.consensus.members())
    }

    /// From now on no member can be added here, for this reason: for a node that nobody could reach, and whose cluster a
    /// second voter would therefore end. Said once; what is said later is not heeded.
    pub fn stay_alone(&self, why: &'static str) {
        self.inner.stays_alone.get_or_init(|| why);
    }

    /// Adds a member that others reach at `peer_urls`; its name and clients' URLs it tells itself when it starts. Answers its
    /// id.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn add_member(&self, peer_urls: Vec<String>, learner: bool) -> Result<u64> {
        if let Some(why) = self.inner.stays_alone.get() {
            return Err(NodeError::StaysAlone(why));
        }
        if peer_urls.is_empty() || !peer_urls.iter().all(|url| is_url(url)) {
            return Err(NodeError::BadUrls);
        }
        let seconds = (self.inner.since_epoch)().as_secs();
        let id = identity::member_id(&peer_urls, &self.inner.identity.token, Some(seconds));
        let member = raft_wire::Member { id, peer_urls, ..raft_wire::Member::default() };
        let change = if learner { Change::AddLearner(member) } else { Change::Add(member) };
        self.inner.change(change).await.map(|()| id)
    }

    /// Lets a learner vote.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn promote_member(&self, id: u64) -> Result<()> {
        self.inner.change(Change::Promote(id)).await
    }

    /// Removes a member.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn remove_member(&self, id: u64) -> Result<()> {
        self.inner.change(Change::Remove(id)).await
    }

    /// Changes where others reach a member.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn update_member(&self, id: u64, peer_urls: Vec<String>) -> Result<()> {
        if peer_urls.is_empty() || !peer_urls.iter().all(|url| is_url(url)) {
            return Err(NodeError::BadUrls);
        }
        let known = self.inner.member(id).ok_or(NodeError::MemberNotFound)?;
        let member = Member { peer_urls, ..known.member };
        self.inner.change(Change::Update(wire_member(id, &member))).await
    }

    /// Tells the others this member's name, where clients reach it, and which commands it understands; once it is known
    /// that it is no member that has lost its folder.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn announce(&self, name: &str, client_urls: Vec<String>) -> Result<()> {
        self.inner.founding.proven().await;
        let id = self.inner.identity.member;
        let known = self.inner.member(id).ok_or(NodeError::MemberNotFound)?.member;
        let name = name.to_owned();
        let member = Member { name, client_urls, understands: UNDERSTOOD, ..known.clone() };
        if known == member {
            return Ok(());
        }
        self.inner.change(Change::Update(wire_member(id, &member))).await
    }

    /// Hands leadership to a voter, and waits until it has it.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn move_leader(&self, to: u64) -> Result<()> {
        self.inner.lead(to).await
    }
}

impl Inner {
    pub(super) fn member(&self, id: u64) -> Option<Standpoint> {
        self.consensus.members().into_iter().find(|member| member.id == id)
    }

    /// The way to another member.
    pub(super) fn peer(&self, id: u64) -> Option<Arc<dyn Peer>> {
        let member = self.member(id)?;
        Some(self.peers.peer(id, &member.member))
    }

    /// Has a change made by the leader.
    pub(super) async fn change(&self, change: Change) -> Result<()> {
        let deadline = Instant::now() + CHANGE_MAX;
        loop {
            let standing = self.consensus.standing();
            let outcome = match standing.leader {
                Some(leader) if leader == self.identity.member => {
                    match timeout_at(deadline, self.change_here(&change)).await {
                        Ok(outcome) => outcome,
                        Err(_) => return Err(NodeError::LATE),
                    }
                }
                Some(leader) => self.change_there(leader, change.clone(), deadline).await,
                None => Err(NodeError::LEADERLESS),
            };
            match outcome {
                Err(NodeError::Storage(Error::NotApplied(_))) if Instant::now() + PAUSE < deadline => {
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn change_there(&self, leader: u64, change: Change, deadline: Instant) -> Result<()> {
        let peer = self.peer(leader).ok_or(NodeError::LEADERLESS)?;
        let request = wire::ChangeMembershipRequest { change: Some(change) };
        match timeout_at(deadline, peer.change_membership(request)).await {
            Ok(Ok(response)) => match refusal(&response.refused) {
                Some(error) => Err(error),
                None => Ok(()),
            },
            Ok(Err(PeerError::Unreachable(_) | PeerError::Refused(_))) => Err(NodeError::LEADERLESS),
            Ok(Err(_)) | Err(_) => Err(NodeError::LATE),
        }
    }

    /// Makes a change as the leader.
    async fn change_here(&self, change: &Change) -> Result<()> {
        let _turn = self.changing.lock().await;
        let members = self.consensus.members();
        let known = |id: u64| members.iter().find(|member| member.id == id).ok_or(NodeError::MemberNotFound);
        let changed = match change {
            Change::Add(member) | Change::AddLearner(member) => {
                let taken = |url| members.iter().any(|known| known.member.peer_urls.contains(url));
                if member.peer_urls.iter().any(taken) {
                    return Err(NodeError::PeerUrlExists);
                }
                let learners = members.iter().filter(|member| member.learns).count();
                let learns = matches!(change, Change::AddLearner(_));
                if learns && learners >= LEARNERS_MAX {
                    return Err(NodeError::TooManyLearners);
                }
                self.add_here(member, learns).await
            }
            Change::Promote(id) => {
                if !known(*id)?.learns {
                    return Err(NodeError::MemberNotLearner);
                }
                if !self.is_ready(*id) {
                    return Err(NodeError::LearnerNotReady);
                }
                self.consensus.promote(*id).await
            }
            Change::Remove(id) => {
                known(*id)?;
                self.consensus.remove(*id).await
            }
            Change::Update(member) => {
                // Who tells of itself does not know what was found out about it meanwhile.
                let corrupt = known(member.id)?.member.corrupt;
                let told = Member { corrupt, ..read_member(member.clone()) };
                self.consensus.update(member.id, told).await
            }
            Change::Alarm(alarm) => {
                let told = known(alarm.member)?.member.clone();
                if told.corrupt == alarm.raised {
                    return Ok(());
                }
                self.consensus.update(alarm.member, Member { corrupt: alarm.raised, ..told }).await
            }
        };
        changed.map_err(NodeError::of_write)
    }

    async fn add_here(
        &self,
        member: &raft_wire::Member,
        learns: bool,
    ) -> std::result::Result<(), ConsensusError> {
        self.consensus.add_learner(member.id, read_member(member.clone())).await?;
        if learns {
            return Ok(());
        }
        // As etcd's `member add` without --learner: it votes at once, before it has started.
        match self.consensus.promote(member.id).await {
            // It is a learner by now: from the start it could not be done again.
            Err(ConsensusError::Unsettled) => Err(ConsensusError::LeaderChanged),
            promoted => promoted,
        }
    }

    /// Whether a learner has nearly all of the leader's log.
    fn is_ready(&self, id: u64) -> bool {
        let last = self.consensus.progress().last;
        self.consensus.matched(id).is_some_and(|matched| matched >= last / 10 * READY_TENTHS)
    }

    /// Makes a change for another member.
    pub(super) async fn change_for_peer(
        &self,
        request: wire::ChangeMembershipRequest,
    ) -> std::result::Result<wire::ChangeMembershipResponse, PeerError> {
        let change = request
            .change
            .ok_or_else(|| PeerError::Refused(Refused::Invalid("a change of nothing".to_owned())))?;
        // Whoever asked may be gone without a word.
        let changed = timeout(CHANGE_MAX, self.change_here(&change)).await.unwrap_or(Err(NodeError::LATE));
        match changed {
            Ok(()) => Ok(wire::ChangeMembershipResponse { refused: String::new() }),
            Err(NodeError::Storage(Error::NotApplied(_))) => {
                Err(PeerError::Refused(Refused::NotLeader(self.consensus.standing().leader)))
            }
            Err(error @ NodeError::Storage(_)) => Err(PeerError::Lost(error.to_string())),
            Err(error) => Ok(wire::ChangeMembershipResponse { refused: error.to_string() }),
        }
    }

    /// Hands leadership over, if this member has it; asks who has it otherwise.
    pub(super) async fn lead(&self, to: u64) -> Result<()> {
        if self.member(to).is_none_or(|member| member.learns) {
            return Err(NodeError::BadLeaderTransferee);
        }
        let deadline = Instant::now() + TRANSFER_MAX;
        let standing = self.consensus.standing();
        match standing.leader {
            Some(leader) if leader == to => return Ok(()),
            Some(leader) if leader == self.identity.member => {
                self.consensus.transfer_leader(to).await.map_err(NodeError::of_write)?;
            }
            Some(leader) => {
                let peer = self.peer(leader).ok_or(NodeError::LEADERLESS)?;
                let asked = timeout_at(deadline, peer.lead(wire::LeadRequest { to })).await;
                asked.map_err(|_| NodeError::LATE)?.map_err(|_| NodeError::LEADERLESS)?;
            }
            None => return Err(NodeError::LEADERLESS),
        }
        let mut seen = standing;
        while seen.leader != Some(to) {
            let changed = timeout_at(deadline, self.consensus.standing_after(seen)).await;
            let late = || NodeError::Storage(Error::NotApplied(Reason::TimedOut));
            seen = changed.map_err(|_| late())?.map_err(NodeError::of_read)?;
        }
        Ok(())
    }
}

/// Ends what a leader before this one has begun, or somebody who did not wait for the end: until then a majority of the
/// voters before the change is needed, too (Raft dissertation, section 4.3).
pub(super) async fn settle(inner: Arc<Inner>) {
    let is_due = || inner.consensus.standing().leads && inner.consensus.is_between();
    loop {
        tokio::time::sleep(SETTLE_EVERY).await;
        if !is_due() {
            continue;
        }
        let _turn = inner.changing.lock().await;
        // Whoever had the turn may have been in the middle of it.
        if !is_due() {
            continue;
        }
        match timeout(CHANGE_MAX, inner.consensus.settle()).await {
            Ok(Ok(())) => tracing::info!("a change of the voters that was not finished is now"),
            Ok(Err(error)) => tracing::debug!(%error, "a change of the voters is not finished yet"),
            Err(_) => tracing::debug!("a change of the voters is not finished yet"),
        }
    }
}

/// What a leader refused, by its words.
fn refusal(words: &str) -> Option<NodeError> {
    const KNOWN: [NodeError; 7] = [
        NodeError::MemberNotFound,
        NodeError::MemberNotLearner,
        NodeError::LearnerNotReady,
        NodeError::PeerUrlExists,
        NodeError::TooManyLearners,
        NodeError::BadUrls,
        NodeError::NotEnoughMembers,
    ];
    if words.is_empty() {
        return None;
    }
    Some(KNOWN.into_iter().find(|error| error.to_string() == words).unwrap_or(NodeError::NotEnoughMembers))
}

fn is_url(text: &str) -> bool {
    let rest =
        ["http://", "https://", "unix://", "unixs://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}
