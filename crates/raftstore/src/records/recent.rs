//! The newest revisions, whole and in memory: what was not written yet, and more, for those who watch.

use crate::revisions::{At, Change, Record};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a record takes beside its key and value.
const OVERHEAD: usize = 128;

/// All revisions from some first one on, without holes.
#[derive(Debug)]
pub(super) struct Recent {
    first: u64,
    revisions: VecDeque<Kept>,
    bytes: usize,
    /// Revisions up to this one are on disk.
    written: u64,
    bytes_max: usize,
}

#[derive(Debug)]
struct Kept {
    changes: Arc<[Change]>,
    bytes: usize,
}

impl Recent {
    /// Empty; `revision` is the last one on disk.
    pub(super) fn new(revision: u64, bytes_max: usize) -> Recent {
        Recent { first: revision + 1, revisions: VecDeque::new(), bytes: 0, written: revision, bytes_max }
    }

    /// The oldest revision that is here; the next one to come when none is.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn push(&mut self, revision: u64, changes: Arc<[Change]>) {
        assert_eq!(revision, self.first + self.revisions.len() as u64, "revisions have no holes");
        let bytes = size(&changes);
        self.bytes += bytes;
        self.revisions.push_back(Kept { changes, bytes });
    }

    pub(super) fn get(&self, at: At) -> Option<Record> {
        let changes = self.revision(at.revision)?;
        changes.get(usize::try_from(at.sub).ok()?).map(|change| change.record.clone())
    }

    pub(super) fn revision(&self, revision: u64) -> Option<&Arc<[Change]>> {
        let position = usize::try_from(revision.checked_sub(self.first)?).ok()?;
        self.revisions.get(position).map(|kept| &kept.changes)
    }

    /// Notes what is on disk; hands over what is let go because there is too much.
    pub(super) fn written(&mut self, revision: u64) -> Vec<Arc<[Change]>> {
        self.written = self.written.max(revision);
        let mut gone = Vec::new();
        while self.bytes > self.bytes_max && self.first <= self.written {
            let Some(kept) = self.revisions.pop_front() else { break };
            self.first += 1;
            self.bytes -= kept.bytes;
            gone.push(kept.changes);
        }
        gone
    }
}

/// What the changes of a revision take in memory.
pub(super) fn size(changes: &[Change]) -> usize {
    let size = |change: &Change| change.record.key.len() + change.record.value.len() + OVERHEAD;
    changes.iter().map(size).sum()
}
