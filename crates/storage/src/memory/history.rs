//! Every change since the last compaction, in order: the one log that all watches read, each from its own
//! position. Bounded by bytes (`compaction` sees to it), never by its slowest reader.

use std::collections::VecDeque;
use std::sync::Arc;

use super::version::Version;
use crate::Revision;

#[derive(Debug, Default)]
pub(super) struct History {
    changes: VecDeque<Change>,
    bytes: usize,
}

/// One change of one key.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) after: Arc<Version>,
    /// What it replaced; `None` if the key did not exist or that is compacted.
    pub(super) before: Option<Arc<Version>>,
}

/// About what a change occupies besides what it replaced: itself, its place in the index and a deletion's mark.
const OVERHEAD: usize = 64;

impl Change {
    pub(super) fn revision(&self) -> Revision {
        self.after.modified
    }

    fn size(&self) -> usize {
        OVERHEAD + self.before.as_ref().map_or(0, |before| before.size())
    }
}

impl History {
    /// Adds the changes of one revision.
    pub(super) fn append(&mut self, changes: Vec<Change>) {
        self.bytes += changes.iter().map(Change::size).sum::<usize>();
        self.changes.extend(changes);
    }

    /// The changes at `revision` and later, oldest first.
    pub(super) fn since(&self, revision: Revision) -> impl Iterator<Item = &Change> {
        let start = self.changes.partition_point(|change| change.revision() < revision);
        self.changes.range(start..)
    }

    /// The revision of the oldest change.
    pub(super) fn oldest(&self) -> Option<Revision> {
        self.changes.front().map(Change::revision)
    }

    /// Takes out the oldest change, if it lies below `revision`.
    pub(super) fn pop_below(&mut self, revision: Revision) -> Option<Change> {
        if self.oldest()? >= revision {
            return None;
        }
        let change = self.changes.pop_front()?;
        self.bytes -= change.size();
        Some(change)
    }

    /// Takes what the changes up to `revision` replaced out of the log. They must be the oldest there are.
    pub(super) fn take_replaced(&mut self, revision: Revision) -> Vec<Arc<Version>> {
        let mut replaced = Vec::new();
        for change in self.changes.iter_mut().take_while(|change| change.revision() <= revision) {
            let size = change.size();
            replaced.extend(change.before.take());
            self.bytes -= size - change.size();
        }
        replaced
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
