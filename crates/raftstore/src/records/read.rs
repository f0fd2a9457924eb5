//! Reading single records, and many at once.

use super::block::{Frames, block_key, pieces, read_first_piece};
use super::directory::Entry;
use super::{Records, Shared};
use crate::revisions::{At, Damaged, Record, Values};
use bytes::Bytes;
use std::sync::atomic::Ordering;

/// Records looked up while a lock is held.
const AT_ONCE: usize = 256;
/// Blocks that are read in one walk.
const NEIGHBOURS: usize = 32;

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
        }
        if found.iter().any(Option::is_none) {
            self.shared.find_on_disk(places, &mut found)?;
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
        while !rest.is_empty() {
            let (blocks, places): (Vec<_>, Vec<_>) = self.holding(rest).into_iter().unzip();
            for (frames, places) in self.read_neighbours(&blocks)?.into_iter().zip(&places) {
                let (now, later) = rest.split_at(*places);
                rest = later;
                if let Some(frames) = frames {
                    pick(frames, now, found)?;
                }
            }
            if blocks.is_empty() {
                rest = &rest[1..];
            }
        }
        // What many records are read for, such as a start, would only drive out what is asked for again and again.
        if missing.len() <= AT_ONCE {
            let mut cache = self.cache.lock();
            let read = missing.iter().filter_map(|(_, position)| found[*position].as_ref());
            read.for_each(|record| cache.insert(record.clone()));
        }
        Ok(())
    }

    /// The block that may hold the first of these places, and others beside it as long as at least every other one is
    /// wanted; with how many of the places each may hold. None when no block holds the first.
    fn holding(&self, sorted: &[(At, usize)]) -> Vec<((At, Entry), usize)> {
        let [(from, _), .., (last, _)] = sorted else {
            let [(at, _)] = sorted else { return Vec::new() };
            let directory = self.directory.read();
            return directory
                .holding(*at)
                .map(|(first, entry)| ((first, entry.clone()), 1))
                .into_iter()
                .collect();
        };
        let end = At { revision: last.revision + 1, sub: 0 };
        let neighbours = self.directory.read().between(*from, end, NEIGHBOURS.min(2 * sorted.len()));
        let (mut wanted, mut rest) = (Vec::new(), sorted);
        for (place, (first, entry)) in neighbours.into_iter().enumerate() {
            let inside = rest.iter().take_while(|(at, _)| *at <= entry.last).count();
            if place > 2 * wanted.len() + 1 {
                break;
            }
            if inside > 0 {
                rest = &rest[inside..];
                wanted.push(((first, entry), inside));
            }
        }
        wanted
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
