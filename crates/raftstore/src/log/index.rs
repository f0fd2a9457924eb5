//! Where each entry lies, in memory, and the bytes of the newest.

use super::{Entry, Purged, State};
use crate::files::File;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;

/// All entries of a log.
#[derive(Debug, Default)]
pub(super) struct Index {
    state: State,
    /// Index of `slots[0]`.
    first: u64,
    slots: VecDeque<Slot>,
    next_number: u64,
    cached: usize,
    cached_max: usize,
    /// No entry below it has its bytes in memory.
    cached_from: u64,
}

/// One entry.
#[derive(Debug)]
struct Slot {
    /// Tells an entry from a later one at the same index.
    number: u64,
    length: usize,
    place: Option<Place>,
    bytes: Option<Bytes>,
}

/// Where an entry's payload lies.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) file: Arc<dyn File>,
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) crc: u32,
}

/// An entry's payload: here, or somewhere on disk.
pub(super) enum Found {
    Here(Bytes),
    There(Place, usize),
}

impl Index {
    pub(super) fn new(cached_max: usize) -> Index {
        Index { cached_max, ..Index::default() }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// First and last index.
    pub(super) fn range(&self) -> Option<(u64, u64)> {
        let last = self.first + (self.slots.len() as u64).checked_sub(1)?;
        Some((self.first, last))
    }

    /// Adds entries; returns the number of the first, the others follow it.
    pub(super) fn append(&mut self, entries: &[Entry]) -> u64 {
        let number = self.next_number;
        for entry in entries {
            self.push(entry.index, entry.payload.len(), None, Some(entry.payload.clone()));
        }
        number
    }

    /// Adds an entry that is on disk.
    pub(super) fn add_placed(&mut self, index: u64, length: usize, place: Place) {
        self.push(index, length, Some(place), None);
    }

    fn push(&mut self, index: u64, length: usize, place: Option<Place>, bytes: Option<Bytes>) {
        match self.range() {
            Some((_, last)) => assert!(index == last + 1, "entry {index} does not follow {last}"),
            None => {
                let purged = self.state.purged.as_ref().map(|purged| purged.index);
                assert!(
                    place.is_some() || purged.is_none_or(|purged| index == purged + 1),
                    "entry {index} leaves a hole"
                );
                self.first = index;
            }
        }
        self.cached += bytes.as_ref().map_or(0, Bytes::len);
        self.slots.push_back(Slot { number: self.next_number, length, place, bytes });
        self.next_number += 1;
    }

    /// Notes that an entry became durable, if it is still the same one.
    pub(super) fn set_place(&mut self, index: u64, number: u64, place: Place) {
        if let Some(slot) = self.slot_mut(index).filter(|slot| slot.number == number) {
            slot.place = Some(place);
        }
    }

    /// Lets go of the bytes of the oldest durable entries while too many are kept.
    pub(super) fn trim(&mut self) {
        self.cached_from = self.cached_from.max(self.first);
        while self.cached > self.cached_max {
            let index = self.cached_from;
            let Some(slot) = self.slot_mut(index).filter(|slot| slot.place.is_some()) else { return };
            let freed = slot.bytes.take().map_or(0, |bytes| bytes.len());
            self.cached -= freed;
            self.cached_from = index + 1;
        }
    }

    /// Forgets the entries from `from` on.
    pub(super) fn truncate(&mut self, from: u64) {
        while self.range().is_some_and(|(_, last)| last >= from) {
            let gone = self.slots.pop_back();
            self.forget(gone);
        }
        self.cached_from = self.cached_from.min(from);
    }

    /// Forgets the entries up to `purged`; what was purged before stays purged.
    pub(super) fn purge(&mut self, purged: Purged) {
        if self.state.purged.as_ref().is_some_and(|before| before.index >= purged.index) {
            return;
        }
        while self.range().is_some_and(|(first, _)| first <= purged.index) {
            let gone = self.slots.pop_front();
            self.forget(gone);
            self.first += 1;
        }
        self.state.purged = Some(purged);
    }

    fn forget(&mut self, gone: Option<Slot>) {
        self.cached -= gone.and_then(|slot| slot.bytes).map_or(0, |bytes| bytes.len());
    }

    /// Where the entry of this index is.
    pub(super) fn find(&self, index: u64) -> Option<(usize, Found)> {
        let slot = self.slots.get(usize::try_from(index.checked_sub(self.first)?).ok()?)?;
        let found = match (&slot.bytes, &slot.place) {
            (Some(bytes), _) => Found::Here(bytes.clone()),
            (None, Some(place)) => Found::There(place.clone(), slot.length),
            (None, None) => unreachable!("an entry is in memory until it is on disk"),
        };
        Some((slot.length, found))
    }

    fn slot_mut(&mut self, index: u64) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(index.checked_sub(self.first)?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(range: std::ops::Range<u64>) -> Vec<Entry> {
        range.map(|index| Entry { index, payload: Bytes::from(vec![0; 10]) }).collect()
    }

    #[test]
    fn entries_come_and_go_at_both_ends() {
        let mut index = Index::new(usize::MAX);
        assert_eq!(index.range(), None);
        index.append(&entries(5..10));
        index.truncate(8);
        assert_eq!(index.range(), Some((5, 7)));
        index.append(&entries(8..12));
        index.purge(Purged { index: 6, id: Bytes::new() });
        assert_eq!((index.range(), index.cached), (Some((7, 11)), 50));
        assert!(index.find(6).is_none() && index.find(12).is_none() && index.find(7).is_some());
        index.purge(Purged { index: 20, id: Bytes::new() });
        assert_eq!((index.range(), index.cached), (None, 0));
        index.append(&entries(21..22));
        assert_eq!(index.range(), Some((21, 21)));
    }
}
