//! Reading a disk that was there before. sled may lose things without a word, so everything is read, each record's
//! checksum is checked, and there must be exactly what the facts, written last, say there is.

use super::block::{self, BLOCK_KEYS, DEAD_KEYS, Frames, LEASE_KEYS, META_KEY};
use super::census::{self, Census};
use super::directory::{Directory, Entry};
use super::facts::{Facts, Meta};
use crate::disk::{Disk, DiskError, VALUE_MAX};
use crate::revisions::{At, Record};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

/// A disk as found.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) facts: Facts,
    pub(super) records: Census,
    pub(super) lease_census: Census,
    /// Ids and times to live.
    pub(super) leases: Vec<(i64, i64)>,
    pub(super) directory: Directory,
}

/// A disk is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("{0}")]
    Damaged(String),
}

/// Told of each record, in order; refuses those that make no sense.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(Record) -> Result<(), String>;

/// Reads everything; `None` when the disk is empty.
pub(super) fn load(disk: &dyn Disk, tell: Tell<'_>) -> Result<Option<Loaded>, Unusable> {
    let Some(meta) = disk.get(META_KEY)? else {
        let everything = BLOCK_KEYS.start..LEASE_KEYS.end;
        each(disk, everything, |_, _| Err("nothing says what there should be".to_owned()))?;
        return Ok(None);
    };
    let meta = Meta::decode(meta).map_err(|reason| Unusable::Damaged(format!("the facts: {reason}")))?;
    let mut reading = Reading {
        meta,
        dead: BTreeMap::new(),
        records: Census::default(),
        directory: Directory::default(),
        last: None,
        open: None,
        tell,
    };
    each(disk, DEAD_KEYS, |key, value| reading.dead(key, value))?;
    each(disk, BLOCK_KEYS, |key, value| reading.piece(key, value))?;
    let (leases, lease_census) = read_leases(disk)?;
    reading.finish(leases, lease_census).map(Some).map_err(Unusable::Damaged)
}

struct Reading<'a> {
    meta: Meta,
    /// What is cleared, of blocks that were not read yet.
    dead: BTreeMap<At, Vec<At>>,
    records: Census,
    directory: Directory,
    /// The last record.
    last: Option<At>,
    /// A block of which pieces are missing: those that are there, and how many bytes they should be.
    open: Option<Open>,
    tell: Tell<'a>,
}

struct Open {
    first: At,
    next: u16,
    frames: Vec<u8>,
    length: usize,
}

impl Reading<'_> {
    fn dead(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let first = block::read_dead_key(key).ok_or("a key makes no sense")?;
        let dead = block::read_dead_value(value)
            .ok_or_else(|| format!("what is cleared of {first:?} is damaged"))?;
        self.dead.insert(first, dead);
        Ok(())
    }

    fn piece(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let (first, piece) = block::read_block_key(key).ok_or("a key makes no sense")?;
        let open = match self.open.take() {
            None if piece == 0 => {
                let begun = block::read_first_piece(Bytes::copy_from_slice(value));
                let (frames, length) = begun.ok_or_else(|| format!("block {first:?} is damaged"))?;
                Open { first, next: 1, frames: frames.into(), length }
            }
            Some(mut open) if open.first == first && open.next == piece => {
                if value.len() != VALUE_MAX.min(open.length - open.frames.len()) {
                    return Err(format!("block {first:?} is damaged"));
                }
                open.next += 1;
                open.frames.extend_from_slice(value);
                open
            }
            _ => return Err(format!("a piece of block {first:?} or of the one before is missing")),
        };
        if open.frames.len() < open.length {
            self.open = Some(open);
            return Ok(());
        }
        self.block(first, Bytes::from(open.frames))
    }

    fn block(&mut self, first: At, frames: Bytes) -> Result<(), String> {
        let dead = self.dead.remove(&first).unwrap_or_default();
        let mut entry = Entry { last: first, count: 0, bytes: frames.len() as u64, dead };
        for frame in Frames(frames) {
            let (at, bytes) = frame.ok_or_else(|| format!("block {first:?} is damaged"))?;
            if at < first || self.last.is_some_and(|last| at <= last) {
                return Err(format!("record {at:?} is not in its place"));
            }
            self.last = Some(at);
            entry.last = at;
            entry.count += 1;
            let record = Record::decode(at, &bytes).ok_or_else(|| format!("record {at:?} is damaged"))?;
            if entry.dead.binary_search(&at).is_err() {
                self.record(record)?;
            }
        }
        let live = u64::from(entry.count).checked_sub(entry.dead.len() as u64);
        if live.is_none_or(|live| live == 0) {
            return Err(format!("nothing is left of block {first:?}"));
        }
        self.directory.set(first, entry);
        Ok(())
    }

    fn record(&mut self, record: Record) -> Result<(), String> {
        let at = record.version.at;
        self.records.add(census::of_record(at));
        // Also ends the walk over a damaged tree that leads in circles.
        if self.records.count > self.meta.records.count || at.revision > self.meta.facts.revision {
            return Err(format!("record {at:?} was never written, or cleared"));
        }
        (self.tell)(record)
    }

    fn finish(self, leases: Vec<(i64, i64)>, lease_census: Census) -> Result<Loaded, String> {
        let Reading { meta, dead, records, directory, open, .. } = self;
        if open.is_some() || !dead.is_empty() {
            return Err("a block is missing, or a part of it".to_owned());
        }
        if records != meta.records || lease_census != meta.leases {
            return Err(format!(
                "there are {} records and {} leases, not the {} and {} that were written",
                records.count, lease_census.count, meta.records.count, meta.leases.count
            ));
        }
        Ok(Loaded { facts: meta.facts, records, lease_census, leases, directory })
    }
}

fn read_leases(disk: &dyn Disk) -> Result<(Vec<(i64, i64)>, Census), Unusable> {
    let (mut leases, mut census) = (Vec::new(), Census::default());
    each(disk, LEASE_KEYS, |key, value| {
        let id = block::read_lease_key(key).ok_or("a key makes no sense")?;
        let ttl = block::read_lease_value(id, value).ok_or_else(|| format!("lease {id} is damaged"))?;
        census.add(census::of_lease(id, ttl));
        leases.push((id, ttl));
        Ok(())
    })?;
    Ok((leases, census))
}

/// Visits everything in a range of keys until one is refused.
fn each(
    disk: &dyn Disk,
    keys: Range<&[u8]>,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), String>,
) -> Result<(), Unusable> {
    let mut refused = None;
    disk.scan(keys.start, keys.end, &mut |key, value| match visit(key, value) {
        Ok(()) => ControlFlow::Continue(()),
        Err(reason) => {
            refused = Some(reason);
            ControlFlow::Break(())
        }
    })?;
    refused.map_or(Ok(()), |reason| Err(Unusable::Damaged(reason)))
}
