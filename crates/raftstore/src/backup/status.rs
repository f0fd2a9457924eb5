//! What is in a backup.

use super::content::Content;
use super::{BackupError, Progress, Stage};
use crate::raft::{Member, members};
use crate::snapshots::SnapshotError;
use bytes::Bytes;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// What a backup holds, all of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The first four bytes of the snapshot's SHA-256: backups with the same hash hold the same.
    pub hash: u32,
    /// The revision of the last write in it.
    pub revision: u64,
    /// Nothing below it can be read.
    pub compacted: u64,
    /// Keys that exist.
    pub keys: u64,
    /// Changes that are kept: of each key its value, and its history since the compaction.
    pub records: u64,
    /// Leases.
    pub leases: u64,
    /// Bytes of the file.
    pub size: u64,
    /// Whether there is a hash behind the snapshot, as in what a member sends; it was right then.
    pub hashed: bool,
    /// Term and index of the entry up to which it knows everything.
    pub position: (u64, u64),
    /// What every member understood.
    pub cluster_version: u32,
    /// The members at that entry, by id.
    pub members: BTreeMap<u64, Member>,
}

/// Reads a backup, every byte of it; it blocks.
///
/// # Errors
/// [`BackupError`], also where it is not what was sent.
pub fn status(path: &Path, progress: Progress<'_>) -> Result<Status, BackupError> {
    let size =
        std::fs::metadata(path).map_err(|source| BackupError::Io { path: path.to_owned(), source })?.len();
    let content = Content::open(path, progress)?;
    let (mut live, mut records, mut read) = (HashSet::<Bytes>::new(), 0, 0);
    let head = content.tell::<SnapshotError>(&mut |record| {
        records += 1;
        read += record.encoded_len() as u64;
        progress(Stage::Reading, read.min(content.size), content.size);
        if record.version.is_deletion() {
            live.remove(&record.key);
        } else if !live.contains(&record.key) {
            live.insert(Bytes::copy_from_slice(&record.key));
        }
        Ok(())
    })?;
    let members = match head.facts.membership {
        Some((_, bytes)) => members(bytes).map_err(|error| damaged(path, &error.to_string()))?,
        None => BTreeMap::new(),
    };
    let position = head.facts.applied.unwrap_or_default();
    let [a, b, c, d, ..] = content.digest;
    Ok(Status {
        hash: u32::from_be_bytes([a, b, c, d]),
        revision: head.facts.revision,
        compacted: head.facts.compacted,
        keys: live.len() as u64,
        records,
        leases: head.leases.len() as u64,
        size,
        hashed: content.hashed,
        position: (position.term, position.index),
        cluster_version: head.facts.cluster_version,
        members,
    })
}

pub(super) fn damaged(path: &Path, reason: &str) -> BackupError {
    BackupError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}
