//! The feed of changes (signatures).

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
    changes: Arc<[Change]>,
    position: usize,
    /// What was replaced: `None` if the key did not exist, it was not asked for, or it is compacted.
    pub prev: Option<Record>,
}

impl Event {
    /// The change.
    pub fn record(&self) -> &Record {
        &self.changes[self.position].record
    }
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

/// A watch: a position, and nothing else.
#[derive(Debug)]
pub struct Watcher {}

impl Watcher {
    /// The next events, of up to about `max_bytes` unless one revision alone has more. Waits while there are none.
    /// Cancel-safe: what was not answered is answered by the next call.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn next(&mut self, _max_bytes: usize) -> Result<Batch, Ended> {
        todo!()
    }

    /// The revision up to and including which everything was delivered, if nothing waits to be.
    pub fn progress(&mut self) -> Option<u64> {
        todo!()
    }
}
