//! The thread that writes: it takes what waits and makes one atomic batch of it, in which everything fits together.

use super::Shared;
use super::block::{self, Block, META_KEY};
use super::census::{self, Census};
use super::directory::Entry;
use super::facts::{Facts, Meta};
use super::packing::Packing;
use super::queue::{Item, LeaseChange, Taken};
use crate::disk::DiskError;
use crate::revisions::At;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

/// Bytes after which what was written is flushed.
const FLUSH_BYTES: usize = 16 << 20;

/// What the writer knows of the disk.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) facts: Facts,
    pub(super) records: Census,
    pub(super) leases: Census,
    pub(super) unflushed: usize,
}

/// What becomes of blocks that were there before.
#[derive(Default)]
struct Cleared {
    removed: Vec<At>,
    marked: Vec<(At, Entry)>,
}

/// Says so when the writer panics, so that nobody waits for it.
struct Guard(Arc<Shared>);

impl Writer {
    pub(super) fn start(self) -> JoinHandle<()> {
        let run = move || {
            let guard = Guard(Arc::clone(&self.shared));
            self.run();
            drop(guard);
        };
        let thread = std::thread::Builder::new().name("disk".to_owned()).spawn(run);
        thread.expect("a process that can't start the thread of its disk can't do anything")
    }

    fn run(mut self) {
        while let Some(taken) = self.shared.queue.take() {
            self.carry_out(taken);
        }
    }

    /// Writes what waits, without waiting for more.
    pub(super) fn write_all(&mut self) {
        while let Some(taken) = self.shared.queue.take_now() {
            self.carry_out(taken);
        }
    }

    /// Writes, and flushes if that is wanted. What fails ends the queue.
    fn carry_out(&mut self, mut taken: Taken) {
        let items = std::mem::take(&mut taken.items);
        let count = items.len();
        let written = if items.is_empty() { Ok(()) } else { self.write(items) };
        taken.flush |= self.unflushed > FLUSH_BYTES;
        let flushed = written.and_then(|()| if taken.flush { self.shared.disk.flush() } else { Ok(()) });
        if let Err(error) = flushed {
            tracing::error!(%error, "the state can't be written; the node can't go on");
            return self.shared.queue.fail(error);
        }
        if taken.flush {
            self.unflushed = 0;
        }
        self.shared.queue.done(&taken, count);
    }

    fn write(&mut self, items: Vec<Item>) -> Result<(), DiskError> {
        let mut cleared: BTreeSet<At> = items.iter().flat_map(Item::cleared).copied().collect();
        let all_cleared: Vec<At> = cleared.iter().copied().collect();
        let mut packing = Packing::default();
        for item in items {
            let Item::Applied { facts, changes, lease } = item else { continue };
            self.facts = facts;
            for change in changes.iter().flat_map(|changes| changes.iter()) {
                // What was cleared meanwhile need not be written at all.
                if cleared.is_empty() || !cleared.remove(&change.record.version.at) {
                    packing.add(&change.record, &mut self.records);
                }
            }
            if let Some(lease) = lease {
                self.change_lease(lease, &mut packing);
            }
        }
        packing.close();
        let outcome = self.clear(&cleared, &mut packing)?;
        let meta = Meta { facts: self.facts.clone(), records: self.records, leases: self.leases };
        packing.batch.put(META_KEY.to_vec(), meta.encode());
        self.unflushed += packing.bytes;
        let counters = &self.shared.counters;
        counters.written_bytes.fetch_add(packing.bytes as u64, Ordering::Relaxed);
        counters.written_batches.fetch_add(1, Ordering::Relaxed);
        self.shared.disk.write(packing.batch)?;
        self.publish(packing.blocks, outcome, &all_cleared);
        Ok(())
    }

    fn change_lease(&mut self, change: LeaseChange, packing: &mut Packing) {
        match change {
            LeaseChange::Granted { id, ttl } => {
                self.leases.add(census::of_lease(id, ttl));
                packing.batch.put(block::lease_key(id), block::lease_value(id, ttl));
            }
            LeaseChange::Revoked { id, ttl } => {
                self.leases.remove(census::of_lease(id, ttl));
                packing.batch.remove(block::lease_key(id));
            }
        }
    }

    /// Takes records out of the blocks they lie in: they are marked, until few others are left in a block; then those
    /// are written anew.
    fn clear(&mut self, cleared: &BTreeSet<At>, packing: &mut Packing) -> Result<Cleared, DiskError> {
        let mut outcome = Cleared::default();
        for (first, (mut entry, records)) in self.by_block(cleared)? {
            let was_marked = !entry.dead.is_empty();
            records.iter().for_each(|at| self.records.remove(census::of_record(*at)));
            entry.dead.extend(records);
            entry.dead.sort_unstable();
            let live = (entry.count as usize).saturating_sub(entry.dead.len());
            if live > 0 && entry.dead.len() <= live {
                packing.batch.put(block::dead_key(first), block::dead_value(&entry.dead));
                outcome.marked.push((first, entry));
                continue;
            }
            if was_marked {
                packing.batch.remove(block::dead_key(first));
            }
            if live > 0 {
                packing.put(self.without_dead(first, &entry)?);
            } else {
                entry.keys(first).for_each(|key| packing.batch.remove(key));
                outcome.removed.push(first);
            }
        }
        Ok(outcome)
    }

    /// The blocks that hold the records.
    fn by_block(&self, cleared: &BTreeSet<At>) -> Result<BTreeMap<At, (Entry, Vec<At>)>, DiskError> {
        let directory = self.shared.directory.read();
        let mut blocks: BTreeMap<At, (Entry, Vec<At>)> = BTreeMap::new();
        for at in cleared {
            let Some((first, entry)) = directory.holding(*at) else {
                return Err(lost(*at));
            };
            blocks.entry(first).or_insert_with(|| (entry.clone(), Vec::new())).1.push(*at);
        }
        Ok(blocks)
    }

    /// What is left of a block, under its old key: who looks for a record meanwhile finds the old block or the new one.
    fn without_dead(&self, first: At, entry: &Entry) -> Result<Block, DiskError> {
        let frames = self
            .shared
            .read_block(first, entry)
            .map_err(|damaged| DiskError { doing: "can't be cleared", reason: damaged.to_string() })?;
        let mut block = Block::new(first);
        for (at, record) in frames.into_iter().flatten() {
            if entry.dead.binary_search(&at).is_err() {
                block.push_encoded(at, &record);
            }
        }
        if u64::from(block.count) + entry.dead.len() as u64 != u64::from(entry.count) {
            return Err(lost(first));
        }
        self.shared.counters.rewritten_blocks.fetch_add(1, Ordering::Relaxed);
        Ok(block)
    }

    /// Shows what is on disk now.
    fn publish(&self, blocks: Vec<(At, Entry)>, cleared: Cleared, all_cleared: &[At]) {
        let mut directory = self.shared.directory.write();
        cleared.removed.into_iter().for_each(|first| directory.remove(first));
        blocks.into_iter().chain(cleared.marked).for_each(|(first, entry)| directory.set(first, entry));
        drop(directory);
        let gone = self.shared.recent.write().written(self.facts.revision);
        // Outside of the lock, for it may be much.
        drop(gone);
        let mut cache = self.shared.cache.lock();
        all_cleared.iter().for_each(|at| cache.remove(*at));
    }
}

impl Item {
    fn cleared(&self) -> &[At] {
        match self {
            Item::Cleared(records) => records,
            Item::Applied { .. } => &[],
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "its writer panicked".to_owned();
            self.0.queue.fail(DiskError { doing: "can't be written", reason });
        }
    }
}

fn lost(at: At) -> DiskError {
    let reason = format!("it lost the record of revision {}.{}", at.revision, at.sub);
    DiskError { doing: "can't be cleared", reason }
}
