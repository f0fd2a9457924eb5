//! How a node finds out who it is, and gets from the others what it has lost.

use super::folder::Past;
use super::founding::knows;
use super::identity::{Identity, cluster_id, member_id};
use super::place::Place;
use super::start::{Options, StartError, founders};
use crate::executor;
use crate::files::Files;
use crate::raft::{Member, PeerError, Peers, Transport, read_member};
use crate::snapshots::{Receiving, SnapshotError};
use futures_util::StreamExt;
use futures_util::future::join_all;
use pintle_wire::pintle::peer::{FetchSnapshotRequest, IntroduceResponse, SnapshotPart};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a part of a snapshot may take to come.
const PART_MAX: Duration = Duration::from_secs(30);

/// Who the node is: what its folder says; in a new folder what its flags say, or the cluster that it was added to.
pub(super) async fn identify(
    place: &dyn Place,
    options: &Options,
    transport: &dyn Transport,
) -> Result<Identity, StartError> {
    let urls =
        options.members.get(&options.name).ok_or_else(|| StartError::NotAMember(options.name.clone()))?;
    let founder = member_id(urls, &options.token, None);
    if let Some(found) = place.identity()? {
        // Who was added later has an id that only its folder knows.
        if !options.existing && options.members.len() > 1 {
            place.check(&found, founder)?;
        }
        return Ok(found);
    }
    let (identity, past) = if options.existing {
        (added(options, urls, transport).await?, Past::Proven)
    } else {
        let ids: Vec<u64> = founders(options).into_keys().collect();
        let identity = Identity { cluster: cluster_id(&ids), member: founder, token: options.token.clone() };
        refuse_lost_folder(options, &identity, transport).await?;
        (identity, Past::Unproven)
    };
    place.claim(&identity, past)?;
    Ok(identity)
}

/// Who a node is that was added to a running cluster: the member with its URLs, if that has never started. All others are
/// asked, for one that is behind may still know a member that had these URLs before; what any of them knows of a
/// member's past counts.
async fn added(
    options: &Options,
    urls: &[String],
    transport: &dyn Transport,
) -> Result<Identity, StartError> {
    let (mut here, mut started, mut answered) = (BTreeMap::new(), BTreeSet::new(), false);
    let mut why = "there is none but this one".to_owned();
    for answer in introductions(options, transport).await {
        match answer {
            Ok(IntroduceResponse { cluster, members, .. }) => {
                answered = true;
                for member in members.into_iter().filter(|member| same(&member.peer_urls, urls)) {
                    here.insert(member.id, cluster);
                    started.extend((!member.client_urls.is_empty()).then_some(member.id));
                }
            }
            Err(error) => why = error.to_string(),
        }
    }
    if !answered {
        return Err(StartError::NobodyThere(why));
    }
    match (here.iter().find(|(id, _)| !started.contains(*id)), started.first()) {
        (Some((member, cluster)), _) => {
            Ok(Identity { cluster: *cluster, member: *member, token: options.token.clone() })
        }
        (None, Some(member)) => Err(StartError::LostFolder { member: *member }),
        (None, None) => Err(StartError::NotAdded(options.name.clone())),
    }
}

/// A founder with an empty folder must not have been in the cluster before. Who has told the others how clients reach it
/// has. When nobody answers it stays open, and the founder does not vote until it is known.
async fn refuse_lost_folder(
    options: &Options,
    own: &Identity,
    transport: &dyn Transport,
) -> Result<(), StartError> {
    let answers = introductions(options, transport).await;
    if answers.iter().flatten().any(|answer| knows(answer, own.member)) {
        return Err(StartError::LostFolder { member: own.member });
    }
    Ok(())
}

/// What the others whom the flags name say of their cluster.
async fn introductions(
    options: &Options,
    transport: &dyn Transport,
) -> Vec<Result<IntroduceResponse, PeerError>> {
    let others = options.members.iter().filter(|(name, _)| **name != options.name);
    let asked = others.map(|(_, urls)| transport.introduce(urls));
    join_all(asked).await
}

fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|url| other.contains(url))
}

/// What a node can't start without.
#[derive(Debug)]
pub(super) struct Lacking {
    /// The entry up to which everything must be known.
    pub(super) needed: u64,
    /// What can't be used here, and why.
    pub(super) damaged: Vec<String>,
}

/// Gets a snapshot of one of the others that reaches as far as is needed, into the folder of snapshots.
pub(super) async fn fetch_snapshot(
    others: BTreeMap<u64, Member>,
    peers: &dyn Peers,
    folder: Arc<dyn Files>,
    lacking: Lacking,
) -> Result<(), StartError> {
    let Lacking { needed, damaged } = lacking;
    tracing::warn!(needed, "the state is lost; asking the other members for a snapshot");
    let mut why = "there are no other members".to_owned();
    for (id, member) in others {
        match fetch_from(peers, id, &member, &folder, needed).await {
            Ok(()) => return Ok(()),
            Err(error) => why = error,
        }
    }
    Err(StartError::NoSnapshot { needed, damaged, why })
}

/// The other members. Who they are now only they know: since the flags were written some may have been replaced, which
/// changes their ids. Where none of them says so, it is as the flags say.
pub(super) async fn others(
    options: &Options,
    own: &Identity,
    transport: &dyn Transport,
) -> BTreeMap<u64, Member> {
    let answers = introductions(options, transport).await.into_iter().flatten();
    let answers = answers.filter(|answer| answer.cluster == own.cluster);
    let mut known: BTreeMap<u64, Member> =
        answers.flat_map(|answer| answer.members).map(|told| (told.id, read_member(told))).collect();
    if known.is_empty() {
        known = founders(options);
    }
    known.remove(&own.member);
    known
}

async fn fetch_from(
    peers: &dyn Peers,
    id: u64,
    member: &Member,
    folder: &Arc<dyn Files>,
    needed: u64,
) -> Result<(), String> {
    let said = |error: PeerError| error.to_string();
    let peer = peers.peer(id, member);
    let mut parts = peer.fetch_snapshot(FetchSnapshotRequest { needed, offset: 0 }).await.map_err(said)?;
    let mut receiving = Receiving::begin(Arc::clone(folder)).map_err(|error| error.to_string())?;
    loop {
        let part = timeout(PART_MAX, parts.next()).await.map_err(|_| "it stopped sending".to_owned())?;
        let Some(part) = part else { break };
        let part = part.map_err(said)?;
        if part.head.is_none() {
            receiving = blocking(move || take(receiving, &part)).await?;
        }
    }
    blocking(move || receiving.finish().map(drop).map_err(|error| error.to_string())).await
}

fn take(mut receiving: Receiving, part: &SnapshotPart) -> Result<Receiving, String> {
    if part.offset != receiving.received() || crc32c::crc32c(&part.data) != part.crc32c {
        return Err("a part was lost or damaged on its way".to_owned());
    }
    let written: Result<(), SnapshotError> = receiving.write_chunk(&part.data);
    written.map(|()| receiving).map_err(|error| error.to_string())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    executor::blocking(work).await.map_err(|error| error.to_string())?
}
