//! The last changes of a resource, in order, shared by all its watchers. Each change has a sequence number that no other
//! change of the resource ever has. The oldest are dropped when the rings together outgrow their bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use pintle_storage::Revision;

use super::change::Change;

/// A change's place in the order of a resource's changes.
pub(crate) type Seq = u64;

#[derive(Debug)]
pub(crate) struct Ring {
    changes: VecDeque<Arc<Change>>,
    /// The sequence number of the first change held.
    first: Seq,
    /// Every change above this revision is held.
    floor: Revision,
    bytes: usize,
    cached: bool,
}

impl Ring {
    pub(crate) fn new(cached: bool) -> Ring {
        Ring { changes: VecDeque::new(), first: 0, floor: Revision::ZERO, bytes: 0, cached }
    }

    /// Drops everything; changes above `floor` follow.
    pub(crate) fn start_anew(&mut self, floor: Revision) {
        self.first += self.changes.len() as u64;
        self.changes = VecDeque::new();
        self.bytes = 0;
        self.floor = floor;
    }

    /// Adds the newest change, unless it is not above the floor: then the ring started anew within its revision.
    pub(crate) fn push(&mut self, change: Arc<Change>) -> Option<Seq> {
        if change.revision <= self.floor {
            return None;
        }
        let last = self.changes.back().map_or(self.floor, |last| last.revision);
        assert!(change.revision >= last, "changes come in the order of revisions");
        self.bytes += change.size(self.cached);
        self.changes.push_back(change);
        Some(self.next() - 1)
    }

    /// Adds changes that nobody waits for.
    pub(crate) fn extend(&mut self, changes: impl IntoIterator<Item = Arc<Change>>) {
        for change in changes {
            self.push(change);
        }
    }

    /// Drops the oldest changes, whole revisions, until `bytes` are freed.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let target = self.bytes.saturating_sub(bytes);
        while let Some(oldest) = self.changes.front() {
            if self.bytes <= target && oldest.revision > self.floor {
                return;
            }
            self.floor = oldest.revision;
            self.bytes -= oldest.size(self.cached);
            self.changes.pop_front();
            self.first += 1;
        }
    }

    /// Takes all changes out, oldest first.
    pub(crate) fn drain(&mut self) -> Vec<Arc<Change>> {
        self.bytes = 0;
        self.first = self.next();
        std::mem::take(&mut self.changes).into()
    }

    /// The change of this number, if it is held.
    pub(crate) fn get(&self, seq: Seq) -> Option<&Arc<Change>> {
        self.changes.get(usize::try_from(seq.checked_sub(self.first)?).ok()?)
    }

    /// The number of the first change above `revision` (of the next one to come, if there is none), or `None` when some
    /// of what lies above is no longer held.
    pub(crate) fn after(&self, revision: Revision) -> Option<Seq> {
        if revision < self.floor {
            return None;
        }
        Some(self.first + self.changes.partition_point(|change| change.revision <= revision) as u64)
    }

    /// The changes above `low` and up to `high`, newest first.
    pub(crate) fn back(&self, high: Revision, low: Revision) -> impl Iterator<Item = &Arc<Change>> {
        let place = |revision| self.changes.partition_point(|change| change.revision <= revision);
        self.changes.range(place(low)..place(high).max(place(low))).rev()
    }

    /// Whether a change of this number was held once and no longer is.
    pub(crate) fn has_passed(&self, seq: Seq) -> bool {
        seq < self.first
    }

    /// The number that the next change will have.
    pub(crate) fn next(&self) -> Seq {
        self.first + self.changes.len() as u64
    }

    /// The lowest revision after which a watch can start.
    pub(crate) fn floor(&self) -> Revision {
        self.floor
    }

    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
