//! The folder of snapshots: what they are called, which are there, how one gets its name and which are kept.

use super::format::Head;
use super::write::Writing;
use super::{SnapshotError, SnapshotFile, read};
use crate::files::{File, Files};
use crate::machine::Position;
use std::sync::Arc;

/// How many snapshots are kept.
const KEPT: usize = 2;
const SUFFIX: &str = ".snapshot";
/// A damaged snapshot, for somebody to look at.
const ASIDE: &str = "damaged";
/// Files that are being written; none survives a start.
pub(super) const UNFINISHED: &str = ".unfinished";

/// Names of the snapshots there are, newest first. They are not verified. What was being written is removed.
pub(crate) fn names(files: &dyn Files) -> Result<Vec<String>, SnapshotError> {
    let mut found: Vec<(u64, u64, String)> = Vec::new();
    for name in list(files)? {
        if let Some(position) = position(&name) {
            found.push((position.index, position.term, name));
        } else if name.ends_with(UNFINISHED) {
            files.remove(&name).map_err(|source| SnapshotError::Io { file: name, source })?;
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, _, name)| name).collect())
}

/// The entry up to which every snapshot that is kept knows everything; `None` until as many are there as are kept.
pub(crate) fn covered(files: &dyn Files) -> Result<Option<u64>, SnapshotError> {
    let names = names_of_all(files)?;
    Ok(names.get(KEPT - 1).and_then(|name| position(name)).map(|position| position.index))
}

/// Opens the snapshot of this name, and reads all of it.
pub(crate) fn verify(files: &dyn Files, name: &str) -> Result<SnapshotFile, SnapshotError> {
    let file = open(files, name)?;
    let head = read::read(name, &*file, |_| Ok(()), &mut |_| Ok::<(), SnapshotError>(()))?;
    snapshot(name, file, &head)
}

/// Opens the snapshot of this name, and reads its beginning.
pub(crate) fn look_at(files: &dyn Files, name: &str) -> Result<SnapshotFile, SnapshotError> {
    let file = open(files, name)?;
    let head = read::read_head(name, &*file)?;
    snapshot(name, file, &head)
}

/// Writes a snapshot of `head` and what `fill` adds; it is in the folder, verified and durable, when this returns.
pub(crate) fn write<E: From<SnapshotError>>(
    files: &dyn Files,
    head: &Head,
    fill: impl FnOnce(&mut dyn FnMut(&crate::revisions::Record) -> Result<(), SnapshotError>) -> Result<(), E>,
) -> Result<SnapshotFile, E> {
    let applied = head.facts.applied.unwrap_or_default();
    let unfinished = format!("{}{UNFINISHED}", name(applied));
    let outcome = write_unfinished(files, &unfinished, head, fill);
    if outcome.is_err() {
        // It would be removed with the next start; but room may be scarce now.
        let _ = files.remove(&unfinished);
    }
    outcome?;
    Ok(finish(files, &unfinished)?)
}

fn write_unfinished<E: From<SnapshotError>>(
    files: &dyn Files,
    unfinished: &str,
    head: &Head,
    fill: impl FnOnce(&mut dyn FnMut(&crate::revisions::Record) -> Result<(), SnapshotError>) -> Result<(), E>,
) -> Result<(), E> {
    let file = create(files, unfinished)?;
    let mut writing = Writing::begin(unfinished.to_owned(), file, head)?;
    fill(&mut |record| writing.add(record))?;
    Ok(writing.finish()?)
}

/// Verifies a synced file, and makes a snapshot of it for good. Only so many are kept.
pub(super) fn finish(files: &dyn Files, unfinished: &str) -> Result<SnapshotFile, SnapshotError> {
    let verified = verify(files, unfinished)?;
    let name = name(verified.position);
    let io = |source| SnapshotError::Io { file: name.clone(), source };
    files.rename(unfinished, &name).map_err(io)?;
    files.sync().map_err(io)?;
    for old in names_of_all(files)?.into_iter().skip(KEPT) {
        files.remove(&old).map_err(|source| SnapshotError::Io { file: old, source })?;
    }
    Ok(SnapshotFile { name, ..verified })
}

/// Gives a damaged snapshot a name under which nobody takes it for one, in place of what was set aside before.
pub(crate) fn set_aside(files: &dyn Files, name: &str) -> Result<(), SnapshotError> {
    let io = |source| SnapshotError::Io { file: name.to_owned(), source };
    files.rename(name, ASIDE).map_err(io)?;
    files.sync().map_err(io)
}

/// An empty file.
pub(super) fn create(files: &dyn Files, name: &str) -> Result<Arc<dyn File>, SnapshotError> {
    files.create(name, 0).map_err(|source| SnapshotError::Io { file: name.to_owned(), source })
}

fn names_of_all(files: &dyn Files) -> Result<Vec<String>, SnapshotError> {
    let mut names: Vec<(Position, String)> =
        list(files)?.into_iter().filter_map(|name| Some((position(&name)?, name))).collect();
    names.sort_unstable_by_key(|(position, _)| std::cmp::Reverse((position.index, position.term)));
    Ok(names.into_iter().map(|(_, name)| name).collect())
}

fn list(files: &dyn Files) -> Result<Vec<String>, SnapshotError> {
    files.list().map_err(|source| SnapshotError::Io { file: "the folder of snapshots".to_owned(), source })
}

fn open(files: &dyn Files, name: &str) -> Result<Arc<dyn File>, SnapshotError> {
    files.open(name).map_err(|source| SnapshotError::Io { file: name.to_owned(), source })
}

fn snapshot(name: &str, file: Arc<dyn File>, head: &Head) -> Result<SnapshotFile, SnapshotError> {
    let size = file.size().map_err(|source| SnapshotError::Io { file: name.to_owned(), source })?;
    let facts = &head.facts;
    let position = facts.applied.ok_or_else(|| SnapshotError::Damaged {
        file: name.to_owned(),
        offset: 0,
        reason: "it is of no entry".to_owned(),
    })?;
    let (membership, revision) = (facts.membership.clone(), facts.revision);
    Ok(SnapshotFile { name: name.to_owned(), position, membership, revision, size, file })
}

fn name(position: Position) -> String {
    format!("{:016x}-{:016x}{SUFFIX}", position.index, position.term)
}

fn position(name: &str) -> Option<Position> {
    let (index, term) = name.strip_suffix(SUFFIX)?.split_once('-')?;
    let number = |digits: &str| u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 16);
    Some(Position { term: number(term)?, index: number(index)? })
}
