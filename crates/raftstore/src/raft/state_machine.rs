//! The machine as openraft sees it.

use super::codec::{decode_membership, encode_membership};
use super::types::{Config, Entry, LogId, Snapshot, SnapshotMeta, StoredMembership};
use crate::executor;
use crate::machine::{Content, Machine, Position};
use crate::snapshots::SnapshotFile;
use futures_util::{Stream, StreamExt};
use openraft::entry::RaftEntry;
use openraft::storage::{ApplyResponder, EntryResponder, RaftStateMachine};
use openraft::vote::leader_id_std::CommittedLeaderId;
use openraft::{EntryPayload, OptionalSend, RaftSnapshotBuilder};
use std::io;
use std::sync::Arc;
use tokio::sync::watch;

/// Entries that are applied together at the most: under one lock, with one wake-up of whoever watches.
const TOGETHER_MAX: usize = 256;
/// Bytes of commands that are applied together, unless one alone has more: between them others have their turn.
const TOGETHER_BYTES: usize = 1 << 20;

/// A machine that openraft drives.
#[derive(Clone, Debug)]
pub(super) struct Applier {
    machine: Arc<Machine>,
    /// The index of the last entry that is applied.
    applied: watch::Sender<u64>,
}

impl Applier {
    /// The applier of `machine`.
    pub(super) fn new(machine: Arc<Machine>) -> Applier {
        let applied = machine.applied().map_or(0, |position| position.index);
        Applier { machine, applied: watch::Sender::new(applied) }
    }

    /// The index of the last entry that is applied, as it rises.
    pub(super) fn applied(&self) -> watch::Receiver<u64> {
        self.applied.subscribe()
    }

    fn note_applied(&self) {
        self.applied.send_replace(self.machine.applied().map_or(0, |position| position.index));
    }

    /// Applies entries in their order; waits for the disk where it is behind, but not on a thread that others need.
    async fn apply_in_turns(&self, entries: Vec<EntryResponder<Config>>) -> io::Result<()> {
        let (mut turn, mut bytes) = (Vec::with_capacity(entries.len()), 0);
        for (entry, responder) in entries {
            let size = match &entry.payload {
                EntryPayload::Normal(proposal) => proposal.0.len(),
                EntryPayload::Blank | EntryPayload::Membership(_) => 0,
            };
            if bytes > 0 && bytes + size > TOGETHER_BYTES {
                self.apply_when_there_is_room(std::mem::take(&mut turn)).await?;
                bytes = 0;
            }
            bytes += size;
            turn.push((entry, responder));
        }
        self.apply_when_there_is_room(turn).await
    }

    async fn apply_when_there_is_room(&self, entries: Vec<EntryResponder<Config>>) -> io::Result<()> {
        if !self.machine.has_room() {
            let machine = Arc::clone(&self.machine);
            blocking(move || machine.wait_for_room().map_err(io::Error::other)).await?;
        }
        self.apply_all(entries)
    }

    /// Applies entries in their order, and tells those who wait for them.
    fn apply_all(&self, entries: Vec<EntryResponder<Config>>) -> io::Result<()> {
        let (batch, waiting): (Vec<_>, Vec<Option<ApplyResponder<Config>>>) =
            entries.into_iter().map(|(entry, responder)| (content(entry), responder)).unzip();
        let replies = self.machine.apply(batch).map_err(io::Error::other)?;
        self.note_applied();
        for (responder, reply) in waiting.into_iter().zip(replies) {
            if let Some(responder) = responder {
                responder.send(reply);
            }
        }
        Ok(())
    }
}

impl RaftStateMachine<Config> for Applier {
    type SnapshotData = SnapshotFile;
    type SnapshotBuilder = Applier;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), io::Error> {
        let membership = stored(self.machine.membership())?;
        Ok((self.machine.applied().map(log_id), membership))
    }

    async fn apply<Strm>(&mut self, entries: Strm) -> Result<(), io::Error>
    where
        Strm: Stream<Item = Result<EntryResponder<Config>, io::Error>> + Unpin + OptionalSend,
    {
        let mut together = entries.ready_chunks(TOGETHER_MAX);
        while let Some(entries) = together.next().await {
            let entries = entries.into_iter().collect::<io::Result<Vec<_>>>()?;
            self.apply_in_turns(entries).await?;
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Applier {
        self.clone()
    }

    async fn install_snapshot(&mut self, _: &SnapshotMeta, file: SnapshotFile) -> Result<(), io::Error> {
        let machine = Arc::clone(&self.machine);
        blocking(move || machine.install(&file).map_err(io::Error::other)).await?;
        self.note_applied();
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot>, io::Error> {
        self.machine.newest_snapshot().map(snapshot).transpose()
    }
}

impl RaftSnapshotBuilder<Config> for Applier {
    type SnapshotData = SnapshotFile;

    /// The newest that is there: the node writes them itself, for openraft ends when one can't be written. Only where none
    /// is left, at a start, there is no way around it.
    async fn build_snapshot(&mut self) -> Result<Snapshot, io::Error> {
        if let Some(newest) = self.machine.newest_snapshot() {
            return snapshot(newest);
        }
        let machine = Arc::clone(&self.machine);
        snapshot(blocking(move || machine.snapshot().map_err(io::Error::other)).await?)
    }
}

/// A file as openraft knows it.
pub(super) fn snapshot(file: SnapshotFile) -> io::Result<Snapshot> {
    let meta = SnapshotMeta {
        last_log_id: Some(log_id(file.position)),
        last_membership: stored(file.membership.clone())?,
    };
    Ok(Snapshot { meta, snapshot: file })
}

/// Writing a snapshot takes as long as there is state: never on a thread that others wait for.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    executor::blocking(work).await.map_err(io::Error::other)?
}

fn stored(membership: Option<(Position, bytes::Bytes)>) -> io::Result<StoredMembership> {
    match membership {
        Some((position, bytes)) => {
            Ok(StoredMembership::new(Some(log_id(position)), decode_membership(bytes)?))
        }
        None => Ok(StoredMembership::default()),
    }
}

fn content(entry: Entry) -> (Position, Content) {
    let position = position(&entry.log_id());
    let content = match entry.payload {
        EntryPayload::Blank => Content::Blank,
        EntryPayload::Normal(proposal) => Content::Command(proposal.0),
        EntryPayload::Membership(membership) => Content::Membership(encode_membership(&membership)),
    };
    (position, content)
}

pub(super) fn position(id: &LogId) -> Position {
    Position { term: id.leader_id.term, index: id.index }
}

pub(super) fn log_id(position: Position) -> LogId {
    LogId::new(CommittedLeaderId::new(position.term), position.index)
}
