//! One part of the encodings: a map, and a clock whose hand looks for what nobody asked for lately.

use std::collections::HashMap;
use std::sync::Arc;

use super::{EncodingKey, Place};

/// About what an encoding costs besides its bytes: its key twice, its place, the allocations' headers.
const OVERHEAD: usize = 256;

#[derive(Debug)]
pub(super) struct Shard {
    index: HashMap<EncodingKey, usize>,
    /// Dense, in the order of the hand.
    slots: Vec<Slot>,
    hand: usize,
    bytes: usize,
    limit: usize,
}

#[derive(Debug)]
struct Slot {
    key: EncodingKey,
    place: Place,
    /// What is counted for it; without its bytes until it is made.
    size: usize,
    asked_again: bool,
}

impl Shard {
    pub(super) fn new(limit: usize) -> Shard {
        Shard { index: HashMap::new(), slots: Vec::new(), hand: 0, bytes: 0, limit }
    }

    /// Where the encoding is, or is to be made.
    pub(super) fn place(&mut self, key: &EncodingKey) -> Place {
        if let Some(place) = self.get(key) {
            return place;
        }
        let place = Place::default();
        self.index.insert(key.clone(), self.slots.len());
        let slot = Slot { key: key.clone(), place: Arc::clone(&place), size: OVERHEAD, asked_again: false };
        self.bytes += slot.size;
        self.slots.push(slot);
        self.keep_to_the_limit();
        place
    }

    pub(super) fn get(&mut self, key: &EncodingKey) -> Option<Place> {
        let slot = &mut self.slots[*self.index.get(key)?];
        slot.asked_again = true;
        Some(Arc::clone(&slot.place))
    }

    /// Counts an encoding that was just made, if its place is still here.
    pub(super) fn made(&mut self, key: &EncodingKey, place: &Place) {
        let Some(&at) = self.index.get(key) else { return };
        let slot = &mut self.slots[at];
        if !Arc::ptr_eq(&slot.place, place) {
            return;
        }
        let size = place.get().map_or(0, |encoding| encoding.len());
        slot.size += size;
        self.bytes += size;
        match size > self.limit {
            true => self.remove(at),
            false => self.keep_to_the_limit(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// At most two turns of the hand: the first takes everybody's second chance away.
    fn keep_to_the_limit(&mut self) {
        while self.bytes > self.limit && !self.slots.is_empty() {
            self.hand %= self.slots.len();
            let slot = &mut self.slots[self.hand];
            if !std::mem::take(&mut slot.asked_again) {
                self.remove(self.hand);
            }
            // Also past what the removal moved here, which is the newest: its turn comes last.
            self.hand += 1;
        }
    }

    fn remove(&mut self, at: usize) {
        let slot = self.slots.swap_remove(at);
        self.bytes -= slot.size;
        self.index.remove(&slot.key);
        if let Some(moved) = self.slots.get(at) {
            *self.index.get_mut(&moved.key).expect("every slot is in the index") = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use pintle_storage::Revision;

    use super::*;

    fn key(entry: u64) -> EncodingKey {
        EncodingKey { entry, shown_at: Revision::ZERO, generation: 0, version: "v1".into(), media_type: 0 }
    }

    fn make(shard: &mut Shard, entry: u64, size: usize) {
        let place = shard.place(&key(entry));
        place.get_or_init(|| Bytes::from(vec![0; size]));
        shard.made(&key(entry), &place);
    }

    #[test]
    fn what_is_asked_for_again_survives_what_is_not() {
        let mut shard = Shard::new(10 * (OVERHEAD + 100));
        make(&mut shard, 0, 100);
        for entry in 1..1000 {
            assert!(shard.get(&key(0)).is_some(), "asked for before entry {entry}");
            make(&mut shard, entry, 100);
            assert!(shard.bytes() <= shard.limit);
        }
        assert!(shard.get(&key(1)).is_none());
    }

    #[test]
    fn one_that_is_too_big_is_not_kept_and_drives_nothing_out() {
        let mut shard = Shard::new(1000);
        make(&mut shard, 1, 100);
        make(&mut shard, 2, 5000);
        assert!(shard.get(&key(1)).is_some());
        assert!(shard.get(&key(2)).is_none());
    }
}
