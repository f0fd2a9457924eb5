//! The types that openraft is instantiated with.

use crate::machine::Reply;
use crate::snapshots::SnapshotFile;
use bytes::Bytes;
use std::fmt;

openraft::declare_raft_types!(
    /// Consensus as this crate uses it: standard Raft, one leader a term.
    pub(super) Config:
        D = Proposal,
        R = Reply,
        NodeId = u64,
        Node = Member,
        AsyncRuntime = super::runtime::Runtime,
        LeaderId = openraft::impls::leader_id_std::LeaderId<Self::Term, Self::NodeId>,
);

/// The place of an entry.
pub(super) type LogId = openraft::type_config::alias::LogIdOf<Config>;
/// An entry.
pub(super) type Entry = openraft::type_config::alias::EntryOf<Config>;
/// A vote.
pub(super) type Vote = openraft::type_config::alias::VoteOf<Config>;
/// What a snapshot holds, as openraft asks for it.
pub(super) type SnapshotMeta = openraft::type_config::alias::SnapshotMetaOf<Config>;
/// A snapshot: what it holds, and its file.
pub(super) type Snapshot = openraft::type_config::alias::SnapshotOf<Config, SnapshotFile>;
/// Who votes, and where that was written.
pub(super) type StoredMembership = openraft::type_config::alias::StoredMembershipOf<Config>;
/// Who votes.
pub(super) type Membership = openraft::Membership<u64, Member>;

/// A command to be agreed on, encoded once by who proposes it. Every member decodes it when it applies it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proposal(pub(super) Bytes);

impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a command of {} bytes", self.0.len())
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Who a member is, as the cluster knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its name, for people.
    pub name: String,
    /// Where other members reach it.
    pub peer_urls: Vec<String>,
    /// Where clients reach it; empty until it has started once.
    pub client_urls: Vec<String>,
    /// The newest cluster version whose commands it understands; 0 until it has said so.
    pub understands: u32,
    /// Whether its state was found to differ from that of others.
    pub corrupt: bool,
}
