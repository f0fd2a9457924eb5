//! A snapshot on its way: cut into checksummed parts, gone on with where it broke off.

use super::codec::{
    encode_membership, invalid, read_log_id, read_membership, wire_log_id, wire_membership, wire_vote,
};
use super::peers::{Peer, PeerError};
use super::state_machine::{log_id, position};
use super::types::{Snapshot, Vote};
use crate::executor;
use crate::machine::Position;
use crate::snapshots::SnapshotFile;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use pintle_wire::pintle::peer::{
    InstallSnapshotRequest, InstallSnapshotResponse, SnapshotHead, SnapshotPart,
};
use std::io;
use std::sync::Arc;

/// Bytes of a file in one message.
const PART_BYTES: u64 = 1 << 20;

/// Hands a snapshot to a peer: asks what it has of it already, then sends the rest.
pub(super) async fn send_snapshot(
    peer: &dyn Peer,
    leader: &Vote,
    snapshot: Snapshot,
) -> Result<InstallSnapshotResponse, PeerError> {
    let file = snapshot.snapshot;
    let head = head(&file).map_err(|error| PeerError::Unreachable(error.to_string()))?;
    let first = InstallSnapshotRequest {
        vote: Some(wire_vote(leader)),
        part: Some(SnapshotPart { head: Some(head), ..SnapshotPart::default() }),
    };
    let asking = stream::iter([first.clone()]).boxed();
    let answer = peer.install_snapshot(asking).await?;
    if answer.vote.is_some() {
        return Ok(answer);
    }
    let parts = parts(file, answer.offset);
    let requests = parts.map(|part| InstallSnapshotRequest { vote: None, part: Some(part) });
    peer.install_snapshot(stream::iter([first]).chain(requests).boxed()).await
}

/// What a file is, in the form in which peers tell each other.
pub(super) fn head(file: &SnapshotFile) -> io::Result<SnapshotHead> {
    let (membership_at, membership) = match &file.membership {
        Some((at, bytes)) => {
            let membership = super::codec::decode_membership(bytes.clone())?;
            (Some(wire_log_id(&log_id(*at))), Some(wire_membership(&membership)))
        }
        None => (None, None),
    };
    let last = Some(wire_log_id(&log_id(file.position)));
    Ok(SnapshotHead { last, membership_at, membership, bytes: file.size })
}

/// What a snapshot is.
pub(super) struct Head {
    pub(super) last: Position,
    pub(super) membership: Option<(Position, Bytes)>,
    pub(super) bytes: u64,
}

/// What a head says: the last entry that is in the snapshot, and who votes.
pub(super) fn read_head(head: SnapshotHead) -> io::Result<Head> {
    let last = head.last.map(read_log_id).ok_or_else(|| invalid("a snapshot without its last entry"))?;
    let membership = match (head.membership_at, head.membership) {
        (Some(at), Some(membership)) => {
            let membership = read_membership(membership)?;
            Some((position(&read_log_id(at)), encode_membership(&membership)))
        }
        _ => None,
    };
    Ok(Head { last: position(&last), membership, bytes: head.bytes })
}

/// A file from `offset` on, for whoever asks for it; what it is comes first.
///
/// # Errors
/// When its membership can't be read.
pub fn snapshot_parts(file: SnapshotFile, offset: u64) -> io::Result<BoxStream<'static, SnapshotPart>> {
    let first = SnapshotPart { head: Some(head(&file)?), ..SnapshotPart::default() };
    Ok(stream::iter([first]).chain(parts(file, offset)).boxed())
}

/// The file from `offset` on. It ends early when it can't be read: the receiver finds that it lacks something.
pub(super) fn parts(file: SnapshotFile, offset: u64) -> BoxStream<'static, SnapshotPart> {
    let file = Arc::new(file);
    stream::unfold(offset, move |offset| {
        let file = Arc::clone(&file);
        async move {
            let length = file.size.saturating_sub(offset).min(PART_BYTES);
            if length == 0 {
                return None;
            }
            let reading = executor::blocking(move || read(&file, offset, length)).await;
            match reading.map_err(io::Error::other).and_then(|read| read) {
                Ok(data) => {
                    let crc32c = crc32c::crc32c(&data);
                    Some((SnapshotPart { head: None, offset, data, crc32c }, offset + length))
                }
                Err(error) => {
                    tracing::error!(%error, offset, "cannot read a snapshot to send it");
                    None
                }
            }
        }
    })
    .boxed()
}

fn read(file: &SnapshotFile, offset: u64, length: u64) -> io::Result<Bytes> {
    file.read(offset, usize::try_from(length).map_err(invalid)?).map_err(io::Error::other)
}
