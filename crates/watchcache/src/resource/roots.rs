//! Recent states of a resource's map, each as of a revision. They make lists at a past revision cheap: from the nearest
//! later one the ring's changes are undone. Because a root that the ring no longer reaches is dropped, roots keep no
//! entry alive that the ring does not; what they cost are the map's nodes that have been copied since.

use std::collections::VecDeque;
use std::time::Duration;

use pintle_storage::Revision;
use tokio::time::Instant;

use super::map::EntryMap;

/// A root is kept when so many changes were made since the last one...
const EVERY_CHANGES: usize = 256;

/// ...or so much time went by, whichever comes first.
const EVERY: Duration = Duration::from_millis(100);

/// About the bytes of nodes that one change copies, at the most.
const NODES_OF_A_CHANGE: usize = 1024;

/// About the bytes of nodes that an entry has a share in.
const NODES_OF_AN_ENTRY: usize = 40;

#[derive(Debug)]
pub(crate) struct Roots {
    roots: VecDeque<Root>,
    /// Changes made since the last root.
    changes: usize,
    last: Instant,
    bytes: usize,
}

#[derive(Debug)]
struct Root {
    /// The map holds every change up to here, and none above.
    revision: Revision,
    map: EntryMap,
    bytes: usize,
}

impl Roots {
    pub(crate) fn new() -> Roots {
        Roots { roots: VecDeque::new(), changes: 0, last: Instant::now(), bytes: 0 }
    }

    /// Whether the map must be kept before it changes.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.changes > 0 && (self.changes >= EVERY_CHANGES || now.duration_since(self.last) >= EVERY)
    }

    /// Counts a change that is about to be made.
    pub(crate) fn count(&mut self) {
        self.changes += 1;
    }

    /// Keeps the map as of `revision`, the last one it contains.
    pub(crate) fn keep(&mut self, revision: Revision, map: &EntryMap, now: Instant) {
        let bytes = (self.changes * NODES_OF_A_CHANGE).min(map.len() * NODES_OF_AN_ENTRY) + NODES_OF_A_CHANGE;
        self.roots.push_back(Root { revision, map: map.clone(), bytes });
        self.bytes += bytes;
        self.changes = 0;
        self.last = now;
    }

    /// The oldest kept map that contains everything up to `revision`, with its revision.
    pub(crate) fn at_or_above(&self, revision: Revision) -> Option<(Revision, &EntryMap)> {
        let found = self.roots.get(self.roots.partition_point(|root| root.revision < revision))?;
        Some((found.revision, &found.map))
    }

    /// Drops what the ring no longer reaches.
    pub(crate) fn drop_below(&mut self, floor: Revision) {
        while self.roots.front().is_some_and(|root| root.revision < floor) {
            self.drop_oldest();
        }
    }

    /// Drops the oldest until `bytes` are freed.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let target = self.bytes.saturating_sub(bytes);
        while self.bytes > target {
            self.drop_oldest();
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Roots::new();
    }

    fn drop_oldest(&mut self) {
        self.bytes -= self.roots.pop_front().map_or(self.bytes, |root| root.bytes);
    }

    pub(crate) fn len(&self) -> usize {
        self.roots.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
