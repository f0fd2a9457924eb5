//! What is asked of the feed, and what comes.

use crate::revisions::{Change, Damaged, Record, Span};
use std::sync::Arc;

/// What to watch.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which keys.
    pub span: Span,
    /// Changes at this revision and later; it may lie in the past or in the future. `None`: every change after the
    /// request.
    pub from: Option<u64>,
    /// Whether puts are of interest.
    pub puts: bool,
    /// Whether deletions are of interest.
    pub deletions: bool,
    /// Whether events tell what was replaced.
    pub prev: bool,
}

/// One change of one key. Cheap to clone: all watchers share the records.
#[derive(Clone, Debug)]
pub struct Event {
    pub(super) changes: Arc<[Change]>,
    pub(super) position: usize,
    /// What was replaced: `None` if the key did not exist, it was not asked for, or it is compacted.
    pub prev: Option<Record>,
}

/// All events of one or more whole revisions that a watch is interested in, in order.
#[derive(Clone, Debug)]
pub struct Batch {
    /// At least one.
    pub events: Vec<Event>,
    /// Everything up to and including this revision has been delivered with this batch.
    pub through: u64,
}

/// Why a watch is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// It began, or fell, behind what was compacted.
    #[error("etcdserver: mvcc: required revision has been compacted")]
    Compacted {
        /// The oldest revision that can be watched from.
        revision: u64,
    },
    /// What it needs can't be read.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// The machine stopped.
    #[error("etcdserver: server stopped")]
    Stopped,
}

impl Request {
    /// Every change of these keys from now on.
    pub fn of(span: Span) -> Request {
        Request { span, from: None, puts: true, deletions: true, prev: false }
    }

    pub(super) fn wants(&self, record: &Record) -> bool {
        let kind = if record.version.is_deletion() { self.deletions } else { self.puts };
        kind && self.span.contains(&record.key)
    }
}

impl Event {
    /// The change; a deletion is one whose version says so.
    pub fn record(&self) -> &Record {
        &self.changes[self.position].record
    }

    /// The revision of the change.
    pub fn revision(&self) -> u64 {
        self.record().version.at.revision
    }

    /// Bytes of keys and values.
    pub(super) fn size(&self) -> usize {
        let size = |record: &Record| record.key.len() + record.value.len();
        size(self.record()) + self.prev.as_ref().map_or(0, size)
    }
}
