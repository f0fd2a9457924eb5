//! Key to versions: what was true at any revision since the last compaction. Ordered by key.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;

use super::version::Version;
use crate::{KeyRange, Revision};

#[derive(Debug, Default)]
pub(super) struct Index {
    chains: BTreeMap<Bytes, Chain>,
    /// Bytes of the latest versions that are not deletions.
    bytes: usize,
}

/// The versions of one key. Most keys have one, which is then found without another step.
#[derive(Debug)]
struct Chain {
    latest: Arc<Version>,
    /// Oldest first, all below `latest`.
    older: VecDeque<Arc<Version>>,
}

impl Index {
    /// The key's latest version, unless that is a deletion.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Arc<Version>> {
        self.chains.get(key).map(|chain| &chain.latest).filter(|version| version.live.is_some())
    }

    /// The versions that a read of `range` as of `revision` sees, in key order.
    pub(super) fn range(
        &self,
        range: &KeyRange,
        revision: Option<Revision>,
    ) -> impl Iterator<Item = &Arc<Version>> {
        let chains = range.bounds().map(|bounds| self.chains.range::<[u8], _>(bounds));
        chains
            .into_iter()
            .flatten()
            .filter_map(move |(_, chain)| match revision {
                None => Some(&chain.latest),
                Some(revision) => chain.at(revision),
            })
            .filter(|version| version.live.is_some())
    }

    /// Makes `version` the latest of its key. Answers the one it replaces, unless the key did not exist.
    pub(super) fn push(&mut self, version: &Arc<Version>) -> Option<Arc<Version>> {
        if version.live.is_some() {
            self.bytes += version.size();
        }
        let Some(chain) = self.chains.get_mut(&version.key) else {
            let chain = Chain { latest: Arc::clone(version), older: VecDeque::new() };
            self.chains.insert(version.key.clone(), chain);
            return None;
        };
        assert!(chain.latest.modified < version.modified, "a key changes at most once in a revision");
        let before = std::mem::replace(&mut chain.latest, Arc::clone(version));
        chain.older.push_back(Arc::clone(&before));
        before.live.as_ref()?;
        self.bytes -= before.size();
        Some(before)
    }

    /// The bytes under which the key is known already, so that all its versions share them.
    pub(super) fn known_key(&self, key: &Bytes) -> Option<Bytes> {
        self.chains.get_key_value(key).map(|(known, _)| known.clone())
    }

    /// Forgets the versions of `key` that no read at `revision` or later can see.
    pub(super) fn forget_below(&mut self, key: &[u8], revision: Revision) {
        let Some(chain) = self.chains.get_mut(key) else { return };
        if chain.forget_below(revision) {
            self.chains.remove(key);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Chain {
    /// The newest version at or below `revision`.
    fn at(&self, revision: Revision) -> Option<&Arc<Version>> {
        if self.latest.modified <= revision {
            return Some(&self.latest);
        }
        let newer = self.older.partition_point(|version| version.modified <= revision);
        newer.checked_sub(1).map(|position| &self.older[position])
    }

    /// Answers whether nothing is left to see. The newest version at or below `revision` stays, unless it is a
    /// deletion: that looks the same as never having been there.
    fn forget_below(&mut self, revision: Revision) -> bool {
        if self.latest.modified <= revision {
            self.older = VecDeque::new();
            return self.latest.live.is_none();
        }
        let mut unseen = self.older.partition_point(|version| version.modified <= revision);
        if unseen > 0 && self.older[unseen - 1].live.is_some() {
            unseen -= 1;
        }
        self.older.drain(..unseen);
        if self.older.capacity() > 4 * self.older.len() {
            self.older.shrink_to_fit();
        }
        false
    }
}
