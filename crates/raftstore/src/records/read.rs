//! Reading single records, and many at once.

use super::block::{Frames, block_key, pieces, read_first_piece};
use super::directory::Entry;
use super::{Records, Shared};
use crate::revisions::{At, Damaged, Record, Values};
use bytes::Bytes;
use std::sync::atomic::Ordering;

/// Records looked up while a lock is held.
const AT_ONCE: usize = 256;

impl Records {
    /// The record at `at`; `None` when it is not there, as when it was cleared.
    pub(crate) fn find(&self, at: At) -> Result<Option<Record>, Damaged> {
        Ok(self.find_all(&[at])?.pop().flatten())
    }

    /// The record at `at`, if it is in memory.
    pub(crate) fn find_in_memory(&self, at: At) -> Option<Record> {
        let recent = self.shared.recent.read().get(at);
        recent.or_else(|| self.shared.cache.lock().get(at))
    }

    /// The records at these places, in the same order.
    pub(crate) fn find_all(&self, places: &[At]) -> Result<Vec<Option<Record>>, Damaged> {
        if places.len() <= AT_ONCE || places.is_sorted() {
            return self.find_in_turn(places);
        }
        // Neighbours lie in one block, which is read once for all of them.
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_unstable_by_key(|position| places[*position]);
        let sorted: Vec<At> = order.iter().map(|position| places[*position]).collect();
        let mut found = vec![None; places.len()];
        for (position, record) in order.into_iter().zip(self.find_in_turn(&sorted)?) {
            found[position] = record;
        }
        Ok(found)
    }

    fn find_in_turn(&self, places: &[At]) -> Result<Vec<Option<Record>>, Damaged> {
        let mut found = Vec::with_capacity(places.len());
        for places in places.chunks(AT_ONCE) {
            let start = found.len();
            {
                let recent = self.shared.recent.read();
                found.extend(places.iter().map(|at| recent.get(*at)));
            }
            let found = &mut found[start..];
            if found.iter().any(Option::is_none) {
                self.shared.find_cached(places, found);
            }
            if found.iter().any(Option::is_none) {
                self.shared.find_on_disk(places, found)?;
            }
        }
        Ok(found)
    }
}

impl Values for Records {
    fn get(&self, at: At) -> Result<Record, Damaged> {
        self.find(at)?.ok_or_else(|| Damaged { at, reason: "it is missing".to_owned() })
    }
}

impl Shared {
    fn find_cached(&self, places: &[At], found: &mut [Option<Record>]) {
        let mut cache = self.cache.lock();
        for (at, found) in places.iter().zip(found).filter(|(_, found)| found.is_none()) {
            *found = cache.get(*at);
        }
    }

    /// Reads each block once, for all that is in it.
    fn find_on_disk(&self, places: &[At], found: &mut [Option<Record>]) -> Result<(), Damaged> {
        let mut missing: Vec<(At, usize)> = places.iter().copied().zip(0..).collect();
        missing.retain(|(_, position)| found[*position].is_none());
        missing.sort_unstable();
        self.counters.read_from_disk.fetch_add(missing.len() as u64, Ordering::Relaxed);
        let mut rest = missing.as_slice();
        while let Some((at, _)) = rest.first() {
            let Some((first, entry, inside)) = self.holding(*at, rest) else {
                rest = &rest[1..];
                continue;
            };
            let (now, later) = rest.split_at(inside);
            rest = later;
            if let Some(frames) = self.read_block_if_there(first, &entry)? {
                pick(frames, now, found)?;
            }
        }
        let mut cache = self.cache.lock();
        let read = missing.iter().filter_map(|(_, position)| found[*position].as_ref());
        read.for_each(|record| cache.insert(record.clone()));
        Ok(())
    }

    /// The block that holds `at`, and how many of the places that come first in `sorted` it may hold, at least one.
    fn holding(&self, at: At, sorted: &[(At, usize)]) -> Option<(At, Entry, usize)> {
        let directory = self.directory.read();
        let (first, entry) = directory.holding(at)?;
        let inside = sorted.iter().take_while(|(at, _)| directory.is_in(first, *at)).count();
        Some((first, entry.clone(), inside.max(1)))
    }

    /// The encoded records of a block that is on disk.
    pub(super) fn read_block(&self, first: At, entry: &Entry) -> Result<Vec<Option<(At, Bytes)>>, Damaged> {
        let frames = self.read_block_if_there(first, entry)?;
        let frames = frames.ok_or_else(|| damaged(first, "its block is missing"))?;
        Ok(frames.collect())
    }

    /// The encoded records of a block; `None` when it is cleared meanwhile.
    pub(super) fn read_block_if_there(&self, first: At, entry: &Entry) -> Result<Option<Frames>, Damaged> {
        let read = |piece| {
            let value = self.disk.get(&block_key(first, piece));
            value.map_err(|error| damaged(first, &error.to_string()))
        };
        let Some(piece) = read(0)? else {
            // The directory is changed after the disk: it is removed, or will be in a moment.
            return Ok(None);
        };
        let begun = read_first_piece(Bytes::from(piece));
        let (frames, length) = begun.ok_or_else(|| damaged(first, "its block makes no sense"))?;
        if frames.len() == length {
            return Ok(Some(Frames(frames)));
        }
        let mut frames = Vec::from(frames);
        for piece in 1..pieces(entry.bytes) {
            let Some(value) = read(piece)? else { return Ok(None) };
            frames.extend_from_slice(&value);
        }
        if frames.len() != length {
            return Err(damaged(first, "its block makes no sense"));
        }
        Ok(Some(Frames(Bytes::from(frames))))
    }
}

/// Takes the wanted records out of a block; both are in order.
fn pick(frames: Frames, wanted: &[(At, usize)], found: &mut [Option<Record>]) -> Result<(), Damaged> {
    let mut wanted = wanted.iter().peekable();
    for frame in frames {
        let Some((next, _)) = wanted.peek() else { break };
        let (at, bytes) = frame.ok_or_else(|| damaged(*next, "its block makes no sense"))?;
        while let Some((_, position)) = wanted.next_if(|(wanted, _)| *wanted == at) {
            // A copy, for the block is larger and need not stay.
            let record = Record::decode(at, &Bytes::copy_from_slice(&bytes));
            found[*position] = Some(record.ok_or_else(|| damaged(at, "its checksum is wrong"))?);
        }
        while wanted.next_if(|(wanted, _)| *wanted < at).is_some() {}
    }
    Ok(())
}

pub(super) fn damaged(at: At, reason: &str) -> Damaged {
    Damaged { at, reason: reason.to_owned() }
}
