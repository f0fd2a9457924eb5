//! Reading revision after revision, for those who watch from the past.

use super::read::damaged;
use super::{Records, Shared};
use crate::revisions::{At, Change, Damaged, Record};
use std::sync::Arc;

/// Blocks whose place is looked up at once.
const BLOCKS: usize = 16;

/// Whole revisions, in order.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Those that were still in memory, or were read; a revision read from disk does not say what was before.
    pub(crate) revisions: Vec<Revision>,
    /// Everything up to this revision is there.
    pub(crate) through: u64,
}

/// The changes of one revision.
#[derive(Clone, Debug)]
pub(crate) enum Revision {
    Recent(Arc<[Change]>),
    Read(Vec<Record>),
}

impl Revision {
    /// Which revision it is.
    pub(crate) fn number(&self) -> u64 {
        let record = match self {
            Revision::Recent(changes) => changes.first().map(|change| &change.record),
            Revision::Read(records) => records.first(),
        };
        record.expect("a revision has changes").version.at.revision
    }
}

impl Records {
    /// The revisions from `from` to `to`, of up to `bytes` of records, but at least one. None below the compacted
    /// revision are missing. When compaction passes `from` meanwhile, the answer is worth nothing, nor is an error: that
    /// is for the caller to check.
    pub(crate) fn history(&self, from: u64, to: u64, bytes: usize) -> Result<History, Damaged> {
        let first = self.shared.recent.read().first();
        if from < first {
            return self.shared.history_on_disk(from, to.min(first - 1), bytes);
        }
        Ok(self.recent(from..=to, bytes))
    }

    /// The changes of one revision, as long as they are in memory.
    pub(crate) fn recent_revision(&self, revision: u64) -> Option<Arc<[Change]>> {
        self.shared.recent.read().revision(revision).cloned()
    }

    /// Whether a revision has to be read from disk.
    pub(crate) fn is_on_disk_only(&self, revision: u64) -> bool {
        revision < self.shared.recent.read().first()
    }

    fn recent(&self, range: std::ops::RangeInclusive<u64>, bytes: usize) -> History {
        let recent = self.shared.recent.read();
        let mut history = History { revisions: Vec::new(), through: range.start().saturating_sub(1) };
        let mut size = 0;
        for revision in range {
            let Some(changes) = recent.revision(revision) else { break };
            if size >= bytes {
                break;
            }
            size += super::recent::size(changes);
            history.revisions.push(Revision::Recent(Arc::clone(changes)));
            history.through = revision;
        }
        history
    }
}

impl Shared {
    fn history_on_disk(&self, from: u64, to: u64, bytes: usize) -> Result<History, Damaged> {
        let end = At { revision: to + 1, sub: 0 };
        let mut next = At { revision: from, sub: 0 };
        let mut collected = Collected::default();
        loop {
            let mut blocks = self.directory.read().between(next, end, BLOCKS);
            let is_last = blocks.len() < BLOCKS;
            let last = blocks.last().map(|(first, _)| *first);
            blocks.retain(|(_, entry)| entry.last >= next);
            let frames = self.read_neighbours(&blocks)?;
            for ((first, _), frames) in blocks.into_iter().zip(frames) {
                // It can have gone only if what is wanted is compacted; then nobody cares for this error.
                let frames = frames.ok_or_else(|| damaged(first, "its block is missing"))?;
                for frame in frames {
                    let (at, encoded) = frame.ok_or_else(|| damaged(first, "its block makes no sense"))?;
                    if at < next || at >= end {
                        continue;
                    }
                    if collected.bytes >= bytes && collected.revision() != Some(at.revision) {
                        return Ok(collected.finish(at.revision - 1));
                    }
                    let record = Record::decode(at, &bytes::Bytes::copy_from_slice(&encoded));
                    collected.add(record.ok_or_else(|| damaged(at, "its checksum is wrong"))?);
                    next = At { revision: at.revision, sub: at.sub + 1 };
                }
            }
            // Never the same blocks again, whatever was in them.
            next = next.max(last.map_or(next, |first| At { revision: first.revision, sub: first.sub + 1 }));
            if is_last {
                return Ok(collected.finish(to));
            }
        }
    }
}

#[derive(Default)]
struct Collected {
    revisions: Vec<Vec<Record>>,
    bytes: usize,
}

impl Collected {
    fn revision(&self) -> Option<u64> {
        Some(self.revisions.last()?.last()?.version.at.revision)
    }

    fn add(&mut self, record: Record) {
        self.bytes += record.encoded_len();
        if self.revision() == Some(record.version.at.revision) {
            self.revisions.last_mut().expect("it has a revision").push(record);
        } else {
            self.revisions.push(vec![record]);
        }
    }

    fn finish(self, through: u64) -> History {
        History { revisions: self.revisions.into_iter().map(Revision::Read).collect(), through }
    }
}
