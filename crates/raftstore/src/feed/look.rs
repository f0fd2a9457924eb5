//! What a watcher sees from its position: pure reading, so that it can be done here or, when the disk is needed, on a
//! thread that may wait.

use super::event::{Batch, Ended, Event, Request};
use super::groups::{Feed, Group};
use crate::machine::Counters;
use crate::records::{Records, Revision};
use crate::revisions::{At, Change, Damaged, Record};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Revisions that are delivered at once.
const REVISIONS: usize = 256;
/// Bytes of history that are read at once.
const HISTORY_BYTES: usize = 1 << 20;

/// What the feed needs to know of the state.
pub(crate) trait Source: Debug + Send + Sync {
    /// The records as they are now.
    fn records(&self) -> Arc<Records>;
    /// Nothing below can be read.
    fn compacted(&self) -> u64;
    /// The version of a key that its change at `revision` replaced.
    fn before(&self, key: &[u8], revision: u64) -> Option<At>;
    /// Who watches.
    fn feed(&self) -> &Feed;
    /// What is counted.
    fn counters(&self) -> &Counters;
}

/// A position, and all that is needed to look from there.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) source: Arc<dyn Source>,
    pub(super) group: Arc<Group>,
    pub(super) request: Arc<Request>,
    /// Everything below is delivered.
    pub(super) position: u64,
}

/// What there is to see.
#[derive(Debug)]
pub(super) enum Look {
    /// Events.
    Batch(Batch),
    /// Nothing so far, but more to look at.
    Lagging,
    /// Nothing until the bell rings.
    Quiet,
    /// Something that is not in memory.
    NeedsDisk,
}

/// How far a look may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Memory,
    Disk,
}

/// Events that are being collected.
#[derive(Default)]
struct Collected {
    events: Vec<Event>,
    bytes: usize,
}

impl Collected {
    /// Whether the next revision has to wait; the first never has.
    fn is_full(&self, max_bytes: usize) -> bool {
        !self.events.is_empty() && self.bytes >= max_bytes
    }
}

/// Something is needed that is not in memory.
struct OutOfReach;

impl Cursor {
    /// Looks on from the position, and moves it past what is answered.
    pub(super) fn look(&mut self, max_bytes: usize, reach: Reach) -> Result<Look, Ended> {
        if self.source.feed().is_stopped() {
            return Err(Ended::Stopped);
        }
        // Before the matches: what is published is among them.
        let published = self.source.feed().published();
        match self.group.since(self.position, REVISIONS) {
            Ok(matches) if matches.is_empty() => {
                self.position = self.position.max(published + 1);
                Ok(Look::Quiet)
            }
            Ok(matches) => self.deliver(&matches, published, max_bytes, reach),
            Err(complete_from) => self.replay(published.min(complete_from - 1), max_bytes, reach),
        }
    }

    /// Delivers revisions that are known to match.
    fn deliver(
        &mut self,
        matches: &[u64],
        published: u64,
        max_bytes: usize,
        reach: Reach,
    ) -> Result<Look, Ended> {
        let records = self.source.records();
        let mut collected = Collected::default();
        // Between matches there is nothing, so what was compacted up to the first does no harm.
        let mut position = matches.first().copied().unwrap_or(self.position).max(self.position);
        for revision in matches {
            if collected.is_full(max_bytes) {
                break;
            }
            let changes = match (records.recent_revision(*revision), reach) {
                (Some(changes), _) => Revision::Recent(changes),
                (None, Reach::Memory) if collected.events.is_empty() => return Ok(Look::NeedsDisk),
                (None, Reach::Memory) => break,
                (None, Reach::Disk) => match self.read(&records, *revision, *revision)?.pop() {
                    Some(revision) => revision,
                    None => return Err(Ended::Damaged(missing(At { revision: *revision, sub: 0 }))),
                },
            };
            match self.collect(&records, changes, reach, &mut collected)? {
                Ok(()) => position = revision + 1,
                Err(OutOfReach) if collected.events.is_empty() => return Ok(Look::NeedsDisk),
                Err(OutOfReach) => break,
            }
        }
        let is_all = matches.len() < REVISIONS && matches.last().is_none_or(|last| position > *last);
        self.position = if is_all { position.max(published + 1) } else { position };
        if collected.events.is_empty() {
            return Ok(Look::Lagging);
        }
        self.source.counters().live_batches.fetch_add(1, Ordering::Relaxed);
        Ok(Look::Batch(Batch { events: collected.events, through: self.position - 1 }))
    }

    /// Reads history up to and including `to`, where the group's memory begins.
    fn replay(&mut self, to: u64, max_bytes: usize, reach: Reach) -> Result<Look, Ended> {
        self.check(self.position)?;
        let records = self.source.records();
        if reach == Reach::Memory && (self.request.prev || records.is_on_disk_only(self.position)) {
            return Ok(Look::NeedsDisk);
        }
        self.source.counters().replays.fetch_add(1, Ordering::Relaxed);
        let read = records.history(self.position, to, HISTORY_BYTES);
        self.check(self.position)?;
        let history = read?;
        let (mut collected, mut through) = (Collected::default(), history.through);
        for revision in history.revisions {
            if collected.is_full(max_bytes) {
                through = revision.number() - 1;
                break;
            }
            if self.collect(&records, revision, Reach::Disk, &mut collected)?.is_err() {
                return Ok(Look::NeedsDisk);
            }
        }
        self.check(self.position)?;
        self.position = self.position.max(through + 1);
        if collected.events.is_empty() {
            return Ok(Look::Lagging);
        }
        Ok(Look::Batch(Batch { events: collected.events, through: self.position - 1 }))
    }

    fn read(&self, records: &Records, from: u64, to: u64) -> Result<Vec<Revision>, Ended> {
        let read = records.history(from, to, HISTORY_BYTES);
        self.check(from)?;
        Ok(read?.revisions)
    }

    /// Ends a watch that needs what is compacted.
    fn check(&self, position: u64) -> Result<(), Ended> {
        let compacted = self.source.compacted();
        if position < compacted { Err(Ended::Compacted { revision: compacted }) } else { Ok(()) }
    }

    /// Adds the events of a revision, or none of them when something is out of reach.
    fn collect(
        &self,
        records: &Records,
        revision: Revision,
        reach: Reach,
        collected: &mut Collected,
    ) -> Result<Result<(), OutOfReach>, Ended> {
        let changes = match revision {
            Revision::Recent(changes) => changes,
            Revision::Read(read) => self.changes(read),
        };
        let start = collected.events.len();
        for (position, change) in changes.iter().enumerate() {
            if !self.request.wants(&change.record) {
                continue;
            }
            let prev = match self.prev(records, change, reach)? {
                Ok(prev) => prev,
                Err(OutOfReach) => {
                    collected.events.truncate(start);
                    return Ok(Err(OutOfReach));
                }
            };
            collected.events.push(Event { changes: Arc::clone(&changes), position, prev });
        }
        collected.bytes += collected.events[start..].iter().map(Event::size).sum::<usize>();
        Ok(Ok(()))
    }

    /// The changes among records read from disk that are of interest, with what they replaced.
    fn changes(&self, records: Vec<Record>) -> Arc<[Change]> {
        let wanted = records.into_iter().filter(|record| self.request.wants(record));
        let change = |record: Record| {
            let revision = record.version.at.revision;
            let before = if self.request.prev { self.source.before(&record.key, revision) } else { None };
            Change { record, before }
        };
        wanted.map(change).collect()
    }

    /// What a change replaced, as long as the revision before it can be read.
    fn prev(
        &self,
        records: &Records,
        change: &Change,
        reach: Reach,
    ) -> Result<Result<Option<Record>, OutOfReach>, Ended> {
        let revision = change.record.version.at.revision;
        let is_compacted = || revision - 1 < self.source.compacted();
        let Some(before) = change.before.filter(|_| self.request.prev && !is_compacted()) else {
            return Ok(Ok(None));
        };
        match (records.find_in_memory(before), reach) {
            (Some(record), _) => Ok(Ok(Some(record))),
            (None, Reach::Memory) => Ok(Err(OutOfReach)),
            (None, Reach::Disk) => match records.find(before) {
                Ok(Some(record)) => Ok(Ok(Some(record))),
                _ if is_compacted() => Ok(Ok(None)),
                Ok(None) => Err(Ended::Damaged(missing(before))),
                Err(damaged) => Err(Ended::Damaged(damaged)),
            },
        }
    }
}

fn missing(at: At) -> Damaged {
    Damaged { at, reason: "it is missing".to_owned() }
}
