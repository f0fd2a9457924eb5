//! Records that were asked for, in memory. When there are too many, the oldest go, unless they were asked for again.

use crate::revisions::{At, Record};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

/// What a record takes beside its key and value.
const OVERHEAD: usize = 160;
/// A record that takes more than this part of all is not worth it.
const PART: usize = 8;

/// Records by place.
#[derive(Debug)]
pub(super) struct Cache {
    slots: HashMap<At, Slot, BuildHasherDefault<Places>>,
    /// Oldest first; some may be removed already.
    order: VecDeque<At>,
    bytes: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Slot {
    record: Record,
    used: bool,
}

impl Cache {
    pub(super) fn new(bytes_max: usize) -> Cache {
        Cache { slots: HashMap::default(), order: VecDeque::new(), bytes: 0, bytes_max }
    }

    pub(super) fn get(&mut self, at: At) -> Option<Record> {
        let slot = self.slots.get_mut(&at)?;
        slot.used = true;
        Some(slot.record.clone())
    }

    pub(super) fn insert(&mut self, record: Record) {
        let (at, size) = (record.version.at, size(&record));
        if size > self.bytes_max / PART || self.slots.contains_key(&at) {
            return;
        }
        self.slots.insert(at, Slot { record, used: false });
        self.order.push_back(at);
        self.bytes += size;
        while self.bytes > self.bytes_max {
            let Some(oldest) = self.order.pop_front() else { break };
            match self.slots.get_mut(&oldest) {
                Some(slot) if slot.used => {
                    slot.used = false;
                    self.order.push_back(oldest);
                }
                _ => self.remove(oldest),
            }
        }
    }

    pub(super) fn remove(&mut self, at: At) {
        if let Some(slot) = self.slots.remove(&at) {
            self.bytes -= size(&slot.record);
        }
        if self.order.len() > 2 * self.slots.len() + 64 {
            let mut seen: HashMap<At, (), BuildHasherDefault<Places>> = HashMap::default();
            self.order.retain(|at| self.slots.contains_key(at) && seen.insert(*at, ()).is_none());
        }
    }
}

fn size(record: &Record) -> usize {
    record.key.len() + record.value.len() + OVERHEAD
}

/// Hashes places, which nobody can choose.
#[derive(Default)]
struct Places(u64);

impl Hasher for Places {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revisions::Version;
    use bytes::Bytes;

    fn record(revision: u64) -> Record {
        let version = Version { at: At { revision, sub: 0 }, created: revision, version: 1, lease: 0 };
        Record { key: Bytes::from_static(b"k"), value: Bytes::from(vec![1; 839]), version }
    }

    #[test]
    fn what_is_used_stays_and_the_bound_holds() {
        let mut cache = Cache::new(10_000);
        for revision in 1..100 {
            cache.insert(record(revision));
            assert!(cache.get(At { revision: 1, sub: 0 }).is_some(), "{revision}");
            assert!(cache.bytes <= 10_000 && cache.order.len() <= 2 * cache.slots.len() + 64);
        }
        assert_eq!(cache.slots.len(), 10);
        (1..100).for_each(|revision| cache.remove(At { revision, sub: 0 }));
        assert_eq!((cache.bytes, cache.slots.len()), (0, 0));
    }
}
