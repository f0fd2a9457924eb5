//! Comparing states. All members hash what was true at one revision; who stands alone with its hash has a state that was
//! damaged, or a program that computes otherwise, and must not be believed.
//!
//! ```text
//! after a start   each member with the others: one that a majority contradicts ends; if there is none, as below
//! periodically    the leader with the others: an alarm names those who differ, and nothing is written until an operator
//!                 has removed them or disarmed it (etcd's server/etcdserver/corrupt.go)
//! ```

use super::{Inner, NodeError, Result};
use crate::executor;
use crate::machine::HashKv;
use crate::raft::{PeerError, Refused};
use futures_util::future::join_all;
use pintle_storage::{Error, Reason};
use pintle_wire::pintle::peer::HashRequest;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often members are asked again that have not applied as much yet, or are compacted elsewhere.
const TRIES: u32 = 5;
/// How long to wait before that, and before a member that has started looks again whether there is a leader.
const PAUSE: Duration = Duration::from_secs(1);
/// The revision of a state in which nothing was ever written.
const EMPTY: u64 = 1;

/// Compares after the start, and then again and again.
pub(super) async fn compare_states(inner: Arc<Inner>) {
    let mut at_start = inner.machine.revision() > EMPTY;
    loop {
        if at_start {
            while let Err(error) = inner.probes.linearize().await {
                tracing::debug!(%error, "the states are compared as soon as there is a leader");
                tokio::time::sleep(PAUSE).await;
            }
        } else if let Some(every) = inner.bounds.compare_every {
            tokio::time::sleep(every).await;
        } else {
            return;
        }
        if (at_start || inner.consensus.standing().leads)
            && let Err(error) = inner.compare(at_start).await
        {
            tracing::warn!(%error, "the members' states could not be compared");
        }
        at_start = false;
    }
}

impl Inner {
    async fn compare(&self, at_start: bool) -> Result<()> {
        let members = self.consensus.members().len();
        if members < 2 {
            return Ok(());
        }
        let (revision, hashes) = self.hashes().await?;
        self.counts.comparisons.fetch_add(1, Ordering::Relaxed);
        let own = self.identity.member;
        match judge(members, &hashes) {
            Verdict::Alike => {
                tracing::info!(revision, members = hashes.len(), "the members' states are alike");
            }
            Verdict::Differ { corrupt, by_majority: true } if at_start && corrupt.contains(&own) => {
                let why = format!(
                    "this member's state differs from that of the majority at revision {revision}: remove {own:x} from the \
                     cluster, and add it anew with an empty folder"
                );
                tracing::error!("{why}");
                self.unfit.send_replace(Some(why));
            }
            Verdict::Differ { corrupt, by_majority: true } if at_start => {
                // They find out themselves when they start, and the leader does when it compares next.
                let corrupt: Vec<_> = corrupt.iter().map(|id| format!("{id:x}")).collect();
                tracing::error!(?corrupt, revision, "the states of these members differ from the others'");
            }
            Verdict::Differ { corrupt, by_majority } => {
                for member in &corrupt {
                    tracing::error!(
                        member = format!("{member:x}"),
                        revision,
                        by_majority,
                        "the state of this member differs from that of others: nothing is written any more"
                    );
                }
                self.raise(corrupt).await?;
            }
        }
        Ok(())
    }

    /// Raises an alarm about each of them. Another member may be about to do the same, and one change of what is known of
    /// members is made at a time.
    async fn raise(&self, mut corrupt: Vec<u64>) -> Result<()> {
        let mut tries = 0;
        loop {
            let mut failed = None;
            for member in std::mem::take(&mut corrupt) {
                if let Err(error) = self.set_corrupt(member, true).await {
                    failed = Some(error);
                    corrupt.push(member);
                }
            }
            tries += 1;
            match failed {
                Some(error) if tries == TRIES => return Err(error),
                Some(_) => tokio::time::sleep(PAUSE).await,
                None => return Ok(()),
            }
        }
    }

    /// The hashes of all members that could be asked, at one revision, which it answers, too.
    async fn hashes(&self) -> Result<(u64, BTreeMap<u64, u32>)> {
        let mut tries = 0;
        loop {
            self.probes.linearize().await?;
            let own = self.hash_here().await?;
            let others =
                self.consensus.members().into_iter().filter(|other| other.id != self.identity.member);
            let asked = others.map(|other| async move { (other.id, self.hash_there(other.id, own).await) });
            let answers = join_all(asked).await;
            tries += 1;
            if tries < TRIES && answers.iter().any(|(_, answer)| matches!(answer, Asked::Later)) {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let mut hashes = BTreeMap::from([(self.identity.member, own.hash)]);
            for (id, answer) in answers {
                match answer {
                    Asked::Hash(hash) => drop(hashes.insert(id, hash)),
                    Asked::Later => tracing::info!(
                        member = format!("{id:x}"),
                        "a member is too far from this one to compare its state"
                    ),
                    Asked::Not(why) => tracing::info!(
                        member = format!("{id:x}"),
                        why,
                        "a member can't be asked for the hash of its state"
                    ),
                }
            }
            return Ok((own.revision, hashes));
        }
    }

    async fn hash_here(&self) -> Result<HashKv> {
        let machine = Arc::clone(&self.machine);
        let hashing = executor::blocking(move || machine.hash_kv(0));
        let hashed = hashing.await.map_err(|_| NodeError::Storage(Error::NotApplied(Reason::Stopped)))?;
        hashed.map_err(|error| NodeError::unread(error, self.machine.compacted()))
    }

    async fn hash_there(&self, id: u64, own: HashKv) -> Asked {
        let Some(peer) = self.peer(id) else { return Asked::Not("it is no member any more".to_owned()) };
        let revision = i64::try_from(own.revision).unwrap_or(i64::MAX);
        match peer.hash(HashRequest { revision }).await {
            Ok(its) if its.compacted == own.compacted && its.revision == own.revision => {
                Asked::Hash(its.hash)
            }
            Ok(_) | Err(PeerError::Refused(Refused::Unable(_))) => Asked::Later,
            Err(error) => Asked::Not(error.to_string()),
        }
    }
}

/// What a member said.
enum Asked {
    Hash(u32),
    /// It has not applied as much, or has compacted elsewhere.
    Later,
    /// Nothing.
    Not(String),
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Alike,
    Differ {
        /// Those who are not to be believed: all but the majority, or everybody where there is none.
        corrupt: Vec<u64>,
        by_majority: bool,
    },
}

/// Who of `members` members, of which those in `hashes` were asked, is not to be believed.
fn judge(members: usize, hashes: &BTreeMap<u64, u32>) -> Verdict {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for hash in hashes.values() {
        *counts.entry(*hash).or_default() += 1;
    }
    if counts.len() < 2 {
        return Verdict::Alike;
    }
    let majority = counts.iter().find(|(_, count)| **count > members / 2).map(|(hash, _)| *hash);
    let corrupt = hashes.iter().filter(|(_, hash)| Some(**hash) != majority).map(|(id, _)| *id).collect();
    Verdict::Differ { corrupt, by_majority: majority.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_a_majority_contradicts_is_corrupt() {
        let verdict = |members, hashes: &[(u64, u32)]| judge(members, &hashes.iter().copied().collect());
        let differ =
            |corrupt: &[u64], by_majority| Verdict::Differ { corrupt: corrupt.to_vec(), by_majority };
        assert_eq!(verdict(3, &[(1, 7), (2, 7), (3, 7)]), Verdict::Alike);
        assert_eq!(verdict(3, &[(1, 7)]), Verdict::Alike);
        assert_eq!(verdict(3, &[(1, 7), (2, 8), (3, 7)]), differ(&[2], true));
        assert_eq!(verdict(3, &[(1, 7), (2, 8)]), differ(&[1, 2], false));
        assert_eq!(verdict(3, &[(1, 7), (2, 8), (3, 9)]), differ(&[1, 2, 3], false));
        assert_eq!(verdict(5, &[(1, 7), (2, 8), (3, 7), (4, 9), (5, 7)]), differ(&[2, 4], true));
        assert_eq!(
            verdict(5, &[(1, 7), (2, 8), (3, 7)]),
            differ(&[1, 2, 3], false),
            "two are no majority of five"
        );
    }
}
