//! What operators ask of a cluster: who is a member, changes of that, and whether members hold the same.

use crate::failure::Failure;
use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::cluster_client::ClusterClient;
use pintle_wire::etcdserverpb::maintenance_client::MaintenanceClient;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;
use tonic::transport::{Channel, Endpoint};

/// How long one question may take: a change waits for the others.
const ASK_MAX: Duration = Duration::from_secs(20);
/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// How long a change may take, with all its attempts.
const CHANGE_MAX: Duration = Duration::from_secs(90);
/// How long to wait before the next attempt.
const PAUSE: Duration = Duration::from_millis(200);

/// Who asks; apart from the cluster, so that it can be hurt meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    /// Where each member serves its clients.
    pub(super) client_urls: Vec<String>,
    /// Where each member is reached by others.
    pub(super) peer_urls: Vec<String>,
    pub(super) folder: PathBuf,
}

impl Admin {
    /// The place of the member that leads, as it says itself.
    pub(crate) async fn leader(&self) -> Option<usize> {
        for place in 0..self.client_urls.len() {
            let Ok(channel) = self.channel(place) else { continue };
            let status = MaintenanceClient::new(channel).status(wire::StatusRequest {}).await;
            let Ok(status) = status.map(tonic::Response::into_inner) else { continue };
            if status.header.is_some_and(|header| header.member_id == status.leader) {
                return Some(place);
            }
        }
        None
    }

    /// Removes the member at this place, whatever its id is now. Goes on asking until it is known to be gone.
    pub(crate) async fn remove(&self, place: usize) -> Result<(), Failure> {
        self.change(place, "removed", async |asked, known| {
            let Some(known) = known else { return Ok(true) };
            // What became of it the next list tells.
            asked.member_remove(wire::MemberRemoveRequest { id: known.id }).await.map(|_| false)
        })
        .await
    }

    /// Adds a member at this place. Goes on asking until it is known to vote.
    pub(crate) async fn add(&self, place: usize) -> Result<(), Failure> {
        let peer_ur_ls = vec![self.peer_urls[place].clone()];
        self.change(place, "added", async |asked, known| match known {
            Some(known) if !known.is_learner => Ok(true),
            // A leader ended between adding and promoting it: there is no going on from there.
            Some(half) => asked.member_remove(wire::MemberRemoveRequest { id: half.id }).await.map(|_| false),
            None => {
                let request = wire::MemberAddRequest { peer_ur_ls: peer_ur_ls.clone(), is_learner: false };
                asked.member_add(request).await.map(|_| false)
            }
        })
        .await
    }

    /// Waits until the others know where the member at this place serves its clients.
    pub(crate) async fn is_announced(&self, place: usize) -> Result<(), Failure> {
        self.change(place, "announced", async |_, known| {
            Ok(known.is_some_and(|known| !known.client_ur_ls.is_empty()))
        })
        .await
    }

    /// A hash of all that a member held at a revision, and what it is compacted to.
    pub(crate) async fn hash(&self, place: usize, revision: u64) -> Result<(u32, i64), Failure> {
        let revision = i64::try_from(revision).unwrap_or(i64::MAX);
        let mut member = MaintenanceClient::new(self.channel(place)?);
        let answer = member.hash_kv(wire::HashKvRequest { revision }).await;
        let answer = answer.map_err(|status| self.unwell(format!("m{place} gives no hash: {status}")))?;
        let answer = answer.into_inner();
        Ok((answer.hash, answer.compact_revision))
    }

    /// Asks one of the other members after the other to take `step`, with what it knows of the member at this place,
    /// until that says that there is nothing more to do.
    async fn change(
        &self,
        place: usize,
        what: &str,
        step: impl AsyncFn(&mut ClusterClient<Channel>, Option<wire::Member>) -> Result<bool, tonic::Status>,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + CHANGE_MAX;
        let mut why = "nobody answers".to_owned();
        while Instant::now() < deadline {
            for asked in (0..self.client_urls.len()).filter(|asked| *asked != place) {
                let mut asked = ClusterClient::new(self.channel(asked)?);
                let listed = asked.member_list(wire::MemberListRequest { linearizable: true }).await;
                let Ok(listed) = listed.map(tonic::Response::into_inner) else { continue };
                let url = &self.peer_urls[place];
                let known = listed.members.into_iter().find(|known| known.peer_ur_ls.contains(url));
                match step(&mut asked, known).await {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(status) => why = status.message().to_owned(),
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(self.unwell(format!("m{place} could not be {what}: {why}")))
    }

    fn channel(&self, place: usize) -> Result<Channel, Failure> {
        let endpoint = Endpoint::from_shared(self.client_urls[place].clone());
        let endpoint = endpoint.map_err(|error| self.unwell(format!("m{place}: {error}")))?;
        Ok(endpoint.timeout(ASK_MAX).connect_timeout(CONNECT_MAX).connect_lazy())
    }

    fn unwell(&self, what: String) -> Failure {
        Failure::Unwell { what, folder: self.folder.clone() }
    }
}
