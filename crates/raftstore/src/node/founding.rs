//! A founder's first start. Its flags make it a member, but an empty folder is not always a new one: who has lost what it
//! voted for and acknowledged, and votes again, can help undo what was answered. So a founder with a new folder takes
//! no part in elections, and tells nobody its clients' addresses, until it has learnt one of two things:
//!
//! - A majority of the founders, this one included, knows of nothing: the cluster is new, and nothing can be undone.
//! - A leader has told it everything that was ever answered, and who is a member then has no clients' addresses of it.
//!   A member with addresses has taken part before.
//!
//! One that has been there before ends: [`StartError::LostFolder`]. etcd asks too, but only whoever answers at the start, and
//! goes on if nobody does (`member has already been bootstrapped`).

use super::folder::Past;
use super::{Inner, StartError};
use crate::executor;
use crate::raft::Member;
use futures_util::future::join_all;
use pintle_wire::pintle::peer::IntroduceResponse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long to wait before the others are asked again.
const PAUSE: Duration = Duration::from_millis(100);
/// After this long it is said what is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A founder and what it has learnt of its past.
#[derive(Debug)]
pub(super) struct Founding {
    /// Everyone whom the flags name; empty for a node that was added later.
    founders: BTreeMap<u64, Member>,
    /// Whether it is known to be new.
    proven: watch::Sender<bool>,
}

impl Founding {
    /// Of a node whose folder says `past`. Who is alone, or was added later, has an id that nobody had before.
    pub(super) fn of(founders: BTreeMap<u64, Member>, past: Past) -> Founding {
        let is_known = past == Past::Proven || founders.len() < 2;
        Founding { founders, proven: watch::Sender::new(is_known) }
    }

    /// Everyone whom the flags name.
    pub(super) fn founders(&self) -> &BTreeMap<u64, Member> {
        &self.founders
    }

    /// Whether it may vote.
    pub(super) fn is_proven(&self) -> bool {
        *self.proven.borrow()
    }

    /// Returns when it may vote.
    pub(super) async fn proven(&self) {
        // The sender is in `self`, so this only ends with the proof.
        let _ = self.proven.subscribe().wait_for(|proven| *proven).await;
    }
}

/// Finds out whether the node may vote, writes that down, and begins the cluster with the others.
pub(super) async fn prove(inner: Arc<Inner>) {
    let (begun, mut said) = (Instant::now(), false);
    loop {
        match learn(&inner).await {
            Learnt::Nothing if !said && begun.elapsed() > PATIENCE => {
                said = true;
                tracing::warn!(
                    "waiting for a leader, or for a majority of --initial-cluster to start: this folder is new, and only \
                     they know whether this member is"
                );
            }
            Learnt::Nothing => {}
            Learnt::New => break,
            Learnt::Lost => {
                let lost = StartError::LostFolder { member: inner.identity.member };
                inner.unfit.send_replace(Some(lost.to_string()));
                return;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    // Written down before it votes, or it would have to find out again, perhaps from nobody.
    while let Err(error) = write_down(&inner).await {
        tracing::error!(%error, "can't write down that this member is new; trying again");
        tokio::time::sleep(PAUSE).await;
    }
    inner.consensus.take_part();
    if let Err(error) = inner.consensus.initialize(inner.founding.founders.clone()).await {
        tracing::error!(%error, "the cluster can't begin");
    }
    inner.founding.proven.send_replace(true);
}

/// What asking around once has brought.
enum Learnt {
    Nothing,
    New,
    Lost,
}

async fn learn(inner: &Inner) -> Learnt {
    if inner.consensus.standing().leader.is_some() && inner.probes.linearize().await.is_ok() {
        return match inner.member(inner.identity.member) {
            Some(own) if own.member.client_urls.is_empty() => Learnt::New,
            _ => Learnt::Lost,
        };
    }
    let own = inner.identity.member;
    let others = inner.founding.founders.iter().filter(|(id, _)| **id != own);
    let asked = others.map(|(id, member)| async {
        let peer = inner.peers.peer(*id, member);
        // Who does not answer tells nothing.
        peer.introduce().await.ok().filter(|answer| answer.cluster == inner.identity.cluster)
    });
    let answers: Vec<IntroduceResponse> = join_all(asked).await.into_iter().flatten().collect();
    if answers.iter().any(|answer| knows(answer, own)) {
        return Learnt::Lost;
    }
    let fresh = answers.iter().filter(|answer| answer.fresh).count() + usize::from(inner.is_fresh());
    if 2 * fresh > inner.founding.founders.len() { Learnt::New } else { Learnt::Nothing }
}

/// Whether who answers has seen this member take part.
pub(super) fn knows(answer: &IntroduceResponse, own: u64) -> bool {
    answer.members.iter().any(|member| member.id == own && !member.client_urls.is_empty())
}

async fn write_down(inner: &Arc<Inner>) -> Result<(), StartError> {
    let inner = Arc::clone(inner);
    let writing = executor::blocking(move || inner.place.claim(&inner.identity, Past::Proven));
    Ok(writing.await.map_err(|error| StartError::Disorder(error.to_string()))??)
}

impl Inner {
    /// Whether it knows of nothing that anybody was ever answered: at the most of who is to begin.
    pub(super) fn is_fresh(&self) -> bool {
        let progress = self.consensus.progress();
        progress.last == 0 && progress.applied == 0 && progress.snapshot == 0 && progress.purged == 0
    }
}
