//! How the log of a cluster begins whose state was made elsewhere, out of a backup: as if its founders had agreed on that
//! state in one entry, made a snapshot of it, and forgotten the entry.

use super::codec::{decode_membership, encode_log_id, encode_membership, encode_vote};
use super::state_machine::log_id;
use super::types::{Member, Membership, Vote};
use crate::log::State;
use crate::machine::Position;
use bytes::Bytes;
use openraft::impls::leader_id_std::LeaderId;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// The entry that every founder begins with.
const FIRST: Position = Position { term: 1, index: 1 };

/// What every founder's files say: the same on each, so that any of them can lead and none has to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// What the state is of.
    pub(crate) position: Position,
    /// Who votes, as the state remembers it.
    pub(crate) membership: Bytes,
    /// What the log remembers; it has no entries.
    pub(crate) log: State,
}

impl Beginning {
    /// Of a cluster with these members, all of which vote.
    ///
    /// # Errors
    /// When they can be no cluster.
    pub(crate) fn of(members: BTreeMap<u64, Member>) -> io::Result<Beginning> {
        let voters: BTreeSet<u64> = members.keys().copied().collect();
        let first = voters.first().copied().ok_or_else(|| io::Error::other("a cluster of nobody"))?;
        let membership = Membership::new(vec![voters], members).map_err(io::Error::other)?;
        let id = log_id(FIRST);
        // A vote in the term of the entry, that nobody has won: the first election is about the next term.
        let leader_id = LeaderId { term: FIRST.term, voted_for: first };
        let vote = Vote { leader_id, committed: false };
        let log = State {
            vote: Some(encode_vote(&vote)),
            committed: Some(encode_log_id(&id)),
            purged: Some(crate::log::Purged { index: FIRST.index, id: encode_log_id(&id) }),
        };
        Ok(Beginning { position: FIRST, membership: encode_membership(&membership), log })
    }
}

/// The members that a state remembers, by id.
///
/// # Errors
/// When the bytes are no membership.
pub(crate) fn members(membership: Bytes) -> io::Result<BTreeMap<u64, Member>> {
    let membership = decode_membership(membership)?;
    Ok(membership.nodes().map(|(id, member)| (*id, member.clone())).collect())
}
