//! A snapshot that comes in: what has arrived is kept when the leader goes away, and gone on with by the next stream.

use super::codec::invalid;
use super::messages::vote;
use super::peers::{PeerError, Refused};
use super::sending::read_head;
use super::types::Vote;
use crate::executor;
use crate::machine::Machine;
use crate::snapshots::{Receiving, SnapshotError, SnapshotFile};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use pintle_wire::pintle::peer::{InstallSnapshotRequest, SnapshotHead, SnapshotPart};
use std::sync::Arc;
use tokio::sync::Mutex;

/// What became of a stream.
#[derive(Debug)]
pub(super) enum Taken {
    /// There is more to come, from here on.
    Partly(u64),
    /// All of it is here, verified, in the name of this leader.
    Wholly(Vote, SnapshotFile),
}

/// Takes snapshots in, one at a time.
#[derive(Debug)]
pub(super) struct Receivers {
    machine: Arc<Machine>,
    /// What has arrived of which snapshot.
    begun: Mutex<Option<Begun>>,
}

#[derive(Debug)]
struct Begun {
    head: SnapshotHead,
    receiving: Receiving,
}

impl Receivers {
    pub(super) fn new(machine: Arc<Machine>) -> Receivers {
        Receivers { machine, begun: Mutex::new(None) }
    }

    /// Takes in what a stream brings. Its first message names the leader and the snapshot.
    pub(super) async fn take(
        &self,
        mut requests: BoxStream<'static, Result<InstallSnapshotRequest, PeerError>>,
    ) -> Result<Taken, PeerError> {
        let first = requests.next().await.ok_or_else(|| refused("a stream without a message"))??;
        let leader = vote(first.vote).map_err(|error| refused(&error.to_string()))?;
        let head =
            first.part.and_then(|part| part.head).ok_or_else(|| refused("a snapshot without a head"))?;
        if let Some(file) = self.have(&head)? {
            return Ok(Taken::Wholly(leader, file));
        }
        // Two streams at a time can only be of an old and of a new leader: the later one waits, and goes on.
        let mut begun = self.begun.lock().await;
        let mut current = match begun.take().filter(|begun| begun.head == head) {
            Some(current) => current,
            None => Begun { head, receiving: self.machine.receive().map_err(|error| unable(&error))? },
        };
        while let Some(request) = requests.next().await {
            let Ok(request) = request else { break };
            let Some(part) = request.part else { continue };
            current = current.with(part).await?;
        }
        if current.receiving.received() < current.head.bytes {
            let received = current.receiving.received();
            *begun = Some(current);
            return Ok(Taken::Partly(received));
        }
        let finishing = executor::blocking(move || current.receiving.finish());
        let file = finishing.await.map_err(|error| unable(&error))?.map_err(|error| unable(&error))?;
        Ok(Taken::Wholly(leader, file))
    }

    /// The newest snapshot, if it is the one that `head` tells of.
    fn have(&self, head: &SnapshotHead) -> Result<Option<SnapshotFile>, PeerError> {
        let head = read_head(head.clone()).map_err(|error| refused(&error.to_string()))?;
        let newest = self.machine.newest_snapshot();
        Ok(newest.filter(|file| {
            file.position == head.last && file.membership == head.membership && file.size == head.bytes
        }))
    }
}

impl Begun {
    /// With another part. What does not fit ends the stream; what came before it stays.
    async fn with(mut self, part: SnapshotPart) -> Result<Begun, PeerError> {
        let end = part.offset.saturating_add(part.data.len() as u64);
        if part.offset != self.receiving.received() || end > self.head.bytes {
            return Err(refused("a part of a snapshot that is not the next one"));
        }
        if crc32c::crc32c(&part.data) != part.crc32c {
            return Err(refused("a part of a snapshot that was damaged on its way"));
        }
        let writing = executor::blocking(move || {
            let written: Result<(), SnapshotError> = self.receiving.write_chunk(&part.data);
            written.map(|()| self)
        });
        writing.await.map_err(|error| unable(&error))?.map_err(|error| unable(&error))
    }
}

fn refused(why: &str) -> PeerError {
    PeerError::Refused(Refused::Invalid(invalid(why.to_owned()).to_string()))
}

fn unable(error: &dyn std::error::Error) -> PeerError {
    PeerError::Refused(Refused::Unable(error.to_string()))
}
