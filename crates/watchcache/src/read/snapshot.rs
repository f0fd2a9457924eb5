//! What a list answers from: the objects of a range at one revision.

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use pintle_meta::Str;
use pintle_storage::{KeyRange, Revision};

use crate::entry::Entry;
use crate::error::{Error, Result};
use crate::resource::EntryMap;

/// The objects of a key range at one revision, in key order. Immutable: taking one costs a counter and holds nothing
/// up, but it keeps alive what was replaced since, so it should not be kept while a slow client reads.
#[derive(Clone, Debug)]
pub struct Snapshot {
    revision: Revision,
    range: KeyRange,
    entries: Entries,
    beyond: u64,
}

#[derive(Clone, Debug)]
enum Entries {
    /// Of the whole resource; only those with a value in the field at a place, if one is given.
    Map(EntryMap, Option<(usize, Str)>),
    /// Of the range, as storage answered.
    Read(Arc<[Arc<Entry>]>),
}

impl Snapshot {
    pub(crate) fn of_map(
        revision: Revision,
        range: KeyRange,
        by: Option<(usize, Str)>,
        map: EntryMap,
    ) -> Snapshot {
        Snapshot { revision, range, entries: Entries::Map(map, by), beyond: 0 }
    }

    pub(crate) fn of_read(
        revision: Revision,
        range: KeyRange,
        read: Vec<Arc<Entry>>,
        beyond: u64,
    ) -> Snapshot {
        Snapshot { revision, range, entries: Entries::Read(read.into()), beyond }
    }

    /// The revision it is true at.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Each object, in key order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.within(self.range.clone())
    }

    /// Each object whose key comes after `key`, which need not exist.
    pub fn iter_after(&self, key: &[u8]) -> impl Iterator<Item = &Arc<Entry>> {
        let start = pintle_storage::key::successor(key);
        self.within(starting_at(&self.range, start))
    }

    fn within(&self, range: KeyRange) -> impl Iterator<Item = &Arc<Entry>> {
        let (map, found, read) = match &self.entries {
            Entries::Map(map, None) => (Some(map.range(&range)), None, None),
            Entries::Map(map, Some(by)) => (None, Some(map.range_by(by, &range)), None),
            Entries::Read(read) => (None, None, Some(between(read, &range).iter())),
        };
        map.into_iter().flatten().chain(found.into_iter().flatten()).chain(read.into_iter().flatten())
    }

    /// The object of this key, if it is in the range.
    pub fn get(&self, key: &[u8]) -> Option<&Arc<Entry>> {
        if !self.range.contains(key) {
            return None;
        }
        match &self.entries {
            Entries::Map(map, _) => map.get(key),
            Entries::Read(read) => {
                read.binary_search_by(|entry| entry.key().cmp(key)).ok().map(|at| &read[at])
            }
        }
    }

    /// How many objects the range holds, those [beyond](Self::beyond) included. Counts them one by one unless the range
    /// is the whole resource.
    pub fn count(&self) -> u64 {
        self.iter().count() as u64 + self.beyond
    }

    /// How many objects of the range come after `key`, those [beyond](Self::beyond) included.
    pub fn count_after(&self, key: &[u8]) -> u64 {
        self.iter_after(key).count() as u64 + self.beyond
    }

    /// How many objects of the range are not here because storage was asked for no more than the limit. They come after
    /// all that are here; a further list at this revision brings them.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// Fails if a value in the range could not be decrypted.
    pub(crate) fn check_readable(self) -> Result<Snapshot> {
        let suspect = match &self.entries {
            Entries::Map(map, _) => map.unreadable() > 0,
            Entries::Read(_) => true,
        };
        match suspect.then(|| self.iter().find_map(|entry| undecryptable(entry))).flatten() {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }
}

/// The error that a value without bytes is.
pub(super) fn undecryptable(entry: &Entry) -> Option<Error> {
    let reason = entry.value().err()?;
    let key = String::from_utf8_lossy(entry.key()).into();
    Some(Error::Undecryptable { key, reason: reason.into() })
}

/// The part of `range` that does not come before `start`.
pub(super) fn starting_at(range: &KeyRange, start: Bytes) -> KeyRange {
    match range {
        KeyRange::Key(key) if *key < start => KeyRange::between(start.clone(), start),
        KeyRange::Key(key) => KeyRange::Key(key.clone()),
        KeyRange::From(from) => KeyRange::From(start.max(from.clone())),
        KeyRange::Between { start: from, end } => KeyRange::between(start.max(from.clone()), end.clone()),
    }
}

fn between<'a>(read: &'a [Arc<Entry>], range: &KeyRange) -> &'a [Arc<Entry>] {
    let Some((start, end)) = range.bounds() else { return &[] };
    let place = |bound: Bound<&[u8]>, open: usize, before: bool| match bound {
        Bound::Unbounded => open,
        Bound::Included(key) if before => read.partition_point(|entry| entry.key() < key),
        Bound::Included(key) => read.partition_point(|entry| entry.key() <= key),
        Bound::Excluded(key) if before => read.partition_point(|entry| entry.key() <= key),
        Bound::Excluded(key) => read.partition_point(|entry| entry.key() < key),
    };
    &read[place(start, 0, true)..place(end, read.len(), false)]
}
