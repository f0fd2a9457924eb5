//! openraft's types as the bytes that lie in the log. Written down here, so that another version of openraft, or of
//! its serde, changes nothing on disk.

use super::types::{Entry, LogId, Member, Membership, Proposal, Vote};
use bytes::Bytes;
use openraft::EntryPayload;
use openraft::impls::leader_id_std::LeaderId;
use openraft::vote::leader_id_std::CommittedLeaderId;
use pintle_wire::pintle::raft as wire;
use pintle_wire::pintle::raft::entry::Payload;
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

pub(super) fn encode_entry(entry: &Entry) -> Bytes {
    let payload = match &entry.payload {
        EntryPayload::Blank => None,
        EntryPayload::Normal(proposal) => Some(Payload::Command(proposal.0.clone())),
        EntryPayload::Membership(membership) => Some(Payload::Membership(wire_membership(membership))),
    };
    wire::Entry { id: Some(wire_log_id(&entry.log_id)), payload }.encode_to_vec().into()
}

pub(super) fn decode_entry(bytes: Bytes) -> io::Result<Entry> {
    let entry = wire::Entry::decode(bytes).map_err(invalid)?;
    let id = entry.id.ok_or_else(|| invalid("an entry without an id"))?;
    let payload = match entry.payload {
        None => EntryPayload::Blank,
        Some(Payload::Command(command)) => EntryPayload::Normal(Proposal(command)),
        Some(Payload::Membership(membership)) => EntryPayload::Membership(read_membership(membership)?),
    };
    Ok(Entry { log_id: read_log_id(id), payload })
}

pub(super) fn encode_vote(vote: &Vote) -> Bytes {
    wire_vote(vote).encode_to_vec().into()
}

pub(super) fn decode_vote(bytes: Bytes) -> io::Result<Vote> {
    wire::Vote::decode(bytes).map(read_vote).map_err(invalid)
}

pub(super) fn encode_log_id(id: &LogId) -> Bytes {
    wire_log_id(id).encode_to_vec().into()
}

pub(super) fn decode_log_id(bytes: Bytes) -> io::Result<LogId> {
    wire::LogId::decode(bytes).map(read_log_id).map_err(invalid)
}

pub(super) fn encode_membership(membership: &Membership) -> Bytes {
    wire_membership(membership).encode_to_vec().into()
}

pub(super) fn decode_membership(bytes: Bytes) -> io::Result<Membership> {
    read_membership(wire::Membership::decode(bytes).map_err(invalid)?)
}

pub(super) fn wire_vote(vote: &Vote) -> wire::Vote {
    wire::Vote { term: vote.leader_id.term, node: vote.leader_id.voted_for, committed: vote.committed }
}

pub(super) fn read_vote(vote: wire::Vote) -> Vote {
    Vote { leader_id: LeaderId { term: vote.term, voted_for: vote.node }, committed: vote.committed }
}

pub(super) fn wire_log_id(id: &LogId) -> wire::LogId {
    wire::LogId { term: id.leader_id.term, index: id.index }
}

pub(super) fn read_log_id(id: wire::LogId) -> LogId {
    LogId::new(CommittedLeaderId::new(id.term), id.index)
}

pub(super) fn wire_membership(membership: &Membership) -> wire::Membership {
    let voters = |nodes: &BTreeSet<u64>| wire::Voters { nodes: nodes.iter().copied().collect() };
    let member = |(id, member): (&u64, &Member)| wire_member(*id, member);
    wire::Membership {
        configurations: membership.get_joint_config().iter().map(voters).collect(),
        members: membership.nodes().map(member).collect(),
    }
}

pub(super) fn read_membership(membership: wire::Membership) -> io::Result<Membership> {
    let configurations =
        membership.configurations.into_iter().map(|voters| voters.nodes.into_iter().collect());
    let members: BTreeMap<u64, Member> =
        membership.members.into_iter().map(|member| (member.id, read_member(member))).collect();
    Membership::new(configurations.collect(), members).map_err(invalid)
}

/// A member as the log and messages have it.
pub(crate) fn wire_member(id: u64, member: &Member) -> wire::Member {
    let Member { name, peer_urls, client_urls, understands, corrupt } = member.clone();
    wire::Member { id, name, peer_urls, client_urls, understands, corrupt }
}

/// The member that a message tells of.
pub(crate) fn read_member(member: wire::Member) -> Member {
    let wire::Member { id: _, name, peer_urls, client_urls, understands, corrupt } = member;
    Member { name, peer_urls, client_urls, understands, corrupt }
}

pub(super) fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_and_votes_read_as_they_were_written() {
        let id = LogId::new(CommittedLeaderId::new(3), 7);
        let member = Member {
            name: "a".to_owned(),
            peer_urls: vec!["http://a:2380".to_owned()],
            client_urls: Vec::new(),
            understands: 7,
            corrupt: true,
        };
        let nodes = BTreeMap::from([(1, member.clone()), (2, member.clone()), (9, member)]);
        let membership = Membership::new(vec![BTreeSet::from([1]), BTreeSet::from([1, 2])], nodes).unwrap();
        for payload in [
            EntryPayload::Blank,
            EntryPayload::Normal(Proposal(Bytes::from_static(b"do it"))),
            EntryPayload::Membership(membership),
        ] {
            let entry = Entry { log_id: id, payload };
            assert_eq!(decode_entry(encode_entry(&entry)).unwrap(), entry);
        }
        let vote = Vote { leader_id: LeaderId { term: 3, voted_for: 9 }, committed: true };
        assert_eq!(decode_vote(encode_vote(&vote)).unwrap(), vote);
        assert_eq!(decode_log_id(encode_log_id(&id)).unwrap(), id);
        assert!(decode_entry(Bytes::from_static(b"\xff")).is_err());
    }
}
