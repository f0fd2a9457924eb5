//! Which blocks there are on disk, in memory: which one holds a record, and which of its records are cleared.

use super::block;
use crate::revisions::At;
use std::collections::BTreeMap;
use std::ops::Bound;

/// All blocks, by their first record.
#[derive(Debug, Default)]
pub(super) struct Directory {
    blocks: BTreeMap<At, Entry>,
    in_use: u64,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its last record.
    pub(super) last: At,
    /// Records in it, with those that are cleared.
    pub(super) count: u32,
    /// Bytes of its frames.
    pub(super) bytes: u64,
    /// Those of its records that are cleared, in order.
    pub(super) dead: Vec<At>,
}

impl Entry {
    /// The keys its pieces lie under.
    pub(super) fn keys(&self, first: At) -> impl Iterator<Item = Vec<u8>> + use<> {
        (0..block::pieces(self.bytes)).map(move |piece| block::block_key(first, piece))
    }

    /// About how many bytes are not cleared.
    fn in_use(&self) -> u64 {
        let live = u64::from(self.count) - self.dead.len() as u64;
        self.bytes * live / u64::from(self.count.max(1))
    }
}

impl Directory {
    /// The block that may hold the record, if one does: its first record, and what is known of it.
    pub(super) fn holding(&self, at: At) -> Option<(At, &Entry)> {
        let block = self.blocks.range(..=at).next_back().map(|(first, entry)| (*first, entry));
        block.filter(|(_, entry)| at <= entry.last)
    }

    /// The first records of up to `limit` blocks, from the one that may hold `from` up to those that begin before `to`.
    pub(super) fn between(&self, from: At, to: At, limit: usize) -> Vec<(At, Entry)> {
        let start = self.holding(from).map_or(from, |(first, _)| first);
        if start >= to {
            return Vec::new();
        }
        let blocks = self.blocks.range((Bound::Included(start), Bound::Excluded(to)));
        blocks.take(limit).map(|(first, entry)| (*first, entry.clone())).collect()
    }

    /// Adds a block, or puts what is known of it now in place of what was.
    pub(super) fn set(&mut self, first: At, entry: Entry) {
        self.in_use += entry.in_use();
        let before = self.blocks.insert(first, entry);
        self.in_use -= before.map_or(0, |before| before.in_use());
    }

    pub(super) fn remove(&mut self, first: At) {
        self.in_use -= self.blocks.remove(&first).map_or(0, |before| before.in_use());
    }

    /// Bytes of records that are not cleared, about.
    pub(super) fn in_use(&self) -> u64 {
        self.in_use
    }
}
