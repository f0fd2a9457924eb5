//! A member that was removed hears of it only by chance: a leader says nothing more to it as soon as a majority of the others
//! has written down that it is gone. It would ask for votes for ever, and be reached by clients that take it for a member. So
//! who hears of no leader for a while asks the others, and ends when one says, as a majority confirms it, that it is
//! none of them. etcd's peers refuse what a removed one sends them, and it ends too (rafthttp, "the member has been
//! permanently removed from the cluster").

use super::Inner;
use crate::raft::{PeerError, Refused, members, wire_member};
use futures_util::future::join_all;
use pintle_wire::pintle::peer as wire;
use std::sync::Arc;
use std::time::Duration;

/// How long to wait before the others are asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Notices that this member is none any more.
pub(super) async fn notice(inner: Arc<Inner>) {
    let mut lost = inner.lost.subscribe();
    while lost.wait_for(|lost| *lost).await.is_ok() {
        if inner.is_removed().await {
            let member = inner.identity.member;
            let why = format!(
                "member {member:x} was removed from the cluster, and stays away for good; to run a member here again empty \
                 its folder, add it (`pintle ctl member add`), and start it with --initial-cluster-state=existing"
            );
            inner.unfit.send_replace(Some(why));
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Inner {
    /// Whether another member knows for sure that this one is none. An id is never given twice: who was a member when it
    /// was started and is none now will not be one.
    async fn is_removed(&self) -> bool {
        let own = self.identity.member;
        let others = self.consensus.members().into_iter().filter(|other| other.id != own);
        let asked = others.map(|other| {
            let peer = self.peers.peer(other.id, &other.member);
            async move { peer.members().await }
        });
        // Who does not answer, or can't be sure, tells nothing.
        let answers = join_all(asked).await.into_iter().flatten();
        answers.into_iter().any(|answer| answer.members.iter().all(|member| member.id != own))
    }

    /// Says who is a member, as every answered change has made it.
    pub(super) async fn members_for_peer(&self) -> Result<wire::MembersResponse, PeerError> {
        let unable = |why: String| PeerError::Refused(Refused::Unable(why));
        self.probes.linearize().await.map_err(|error| unable(error.to_string()))?;
        // Not what is in the log already: that could still be undone.
        let (_, settled) =
            self.machine.membership().ok_or_else(|| unable("it knows of nobody".to_owned()))?;
        let settled = members(settled).map_err(|error| unable(error.to_string()))?;
        Ok(wire::MembersResponse {
            members: settled.iter().map(|(id, member)| wire_member(*id, member)).collect(),
        })
    }
}
