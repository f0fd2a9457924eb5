//! Everything a node remembers. Read by `read`, changed by `write` and `compaction`; this file only says what
//! there is and what always holds:
//! - every change in `history` lies above or at `compacted`, unless a compaction is still being carried out;
//! - of each key, `index` has all versions that a read at `compacted` or later can see;
//! - a key is in the list of a lease exactly if its latest version names that lease.

use super::history::History;
use super::index::Index;
use super::leases::Leases;
use crate::Revision;

#[derive(Debug)]
pub(super) struct State {
    pub(super) revision: Revision,
    pub(super) compacted: Revision,
    pub(super) index: Index,
    pub(super) history: History,
    pub(super) leases: Leases,
    pub(super) history_bytes: usize,
}

impl State {
    pub(super) fn new(history_bytes: usize) -> State {
        State {
            revision: Revision::FIRST,
            compacted: Revision::ZERO,
            index: Index::default(),
            history: History::default(),
            leases: Leases::default(),
            history_bytes,
        }
    }

    /// The revision of the last write.
    pub(super) fn revision(&self) -> Revision {
        self.revision
    }

    /// About how many bytes current values occupy, keys included.
    pub(super) fn size_in_use(&self) -> usize {
        self.index.bytes()
    }

    /// About how many bytes current values and history occupy.
    pub(super) fn size(&self) -> usize {
        self.index.bytes() + self.history.bytes()
    }
}
