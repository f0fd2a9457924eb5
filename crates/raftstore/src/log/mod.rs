//! The Raft log on disk: segments of checksummed records, written by one thread, one sync for all that waits.
//!
//! ```text
//! Log (one writer) --commands--> Writer thread: drain the queue, one record, one fdatasync, then callbacks
//!   |                                |
//!   v                                v
//! Index (in memory: where each    segments  0000000000000001.log, 0000000000000002.log, ..
//! entry lies, the tail's bytes)     header | batch | batch | .. | seal
//! ```
//!
//! What always holds:
//! - an entry can be read as soon as [`Log::append`] returns, and is durable when its callback says so;
//! - a batch is one record: after a crash it is there as a whole or not at all;
//! - a torn record at the very end was never acknowledged and is dropped; anything else that does not fit is damage,
//!   and the log refuses to open, naming the place;
//! - the first failed write or sync ends the log: nothing is acknowledged after it.
//!
//! It never knows what an entry means, nor who votes for whom: votes and ids are bytes to it.

mod format;
mod index;
mod reader;
mod recover;
mod segment;
mod telemetry;
mod writer;

pub use reader::LogReader;
pub use telemetry::{FSYNC_BUCKETS, FSYNC_SECONDS};

use crate::files::Files;
use bytes::Bytes;
use index::Index;
use parking_lot::RwLock;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use writer::{Command, Writer};

/// Bounds of a log.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of one segment; a record that is larger gets a segment of its own size.
    pub segment_bytes: u64,
    /// Bytes of entries kept in memory beyond those that are not durable yet.
    pub cached_bytes: usize,
    /// Bytes of entries that go into one record at the most, unless one entry alone is larger.
    pub batch_bytes: usize,
    /// Commands that may wait for the writer.
    pub queue: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: 64 << 20, cached_bytes: 16 << 20, batch_bytes: 8 << 20, queue: 1024 }
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its position; positions have no holes.
    pub index: u64,
    /// What it holds.
    pub payload: Bytes,
}

/// The last entry that was purged: its index, and its id in the caller's own form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Entries up to this one are gone.
    pub index: u64,
    /// What the caller calls it.
    pub id: Bytes,
}

/// What a log remembers beside its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The vote as last saved.
    pub vote: Option<Bytes>,
    /// What was last known to be committed. Saved lazily: it may be behind.
    pub committed: Option<Bytes>,
    /// Where the log begins.
    pub purged: Option<Purged>,
}

/// Why a log can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// What is on disk is not what this log wrote. Restore the node from a peer or a snapshot.
    #[error(
        "{file} is damaged at byte {offset}: {reason}; the log is left as it is, restore this node from another"
    )]
    Damaged {
        /// Which file.
        file: String,
        /// Where in it.
        offset: u64,
        /// What does not fit.
        reason: &'static str,
    },
}

/// Why something was not made durable.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// A write or sync failed; nothing is written any more.
    #[error("the log can't be written: {0}")]
    Failed(Arc<io::Error>),
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
}

/// How many bytes the segments of a log have.
#[derive(Clone, Debug)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    /// Now.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Told once what it belongs to is durable, or never will be.
pub type Done = Box<dyn FnOnce(Result<(), LogError>) + Send>;

/// A log that can be written. There is one for each log; any number of [`LogReader`]s read beside it.
#[derive(Debug)]
pub struct Log {
    index: Arc<RwLock<Index>>,
    reader: LogReader,
    writer: Writer,
}

impl Log {
    /// Opens the log in `files`, making it when there is none, and begins to write.
    ///
    /// # Errors
    /// [`OpenError`]; nothing on disk is changed then.
    pub fn open(files: Arc<dyn Files>, options: Options) -> Result<Log, OpenError> {
        let recovered = recover::recover(&*files, &options)?;
        let index = Arc::new(RwLock::new(recovered.index));
        let reader = LogReader::new(Arc::clone(&index));
        let writer = Writer::start(files, options, Arc::clone(&index), recovered.segments);
        Ok(Log { index, reader, writer })
    }

    /// Reads beside the writer.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// What is remembered beside entries, with what was saved last even where it is not durable yet.
    pub fn state(&self) -> State {
        self.index.read().state().clone()
    }

    /// The index of the first and of the last entry; `None` when there are none.
    pub fn range(&self) -> Option<(u64, u64)> {
        self.index.read().range()
    }

    /// Bytes of all segments.
    pub fn size(&self) -> u64 {
        self.writer.size().bytes()
    }

    /// The size as it changes, for who watches over it.
    pub fn gauge(&self) -> Gauge {
        self.writer.size()
    }

    /// Appends entries, which can be read when this returns. They go on where the log ends.
    ///
    /// # Panics
    /// When they leave a hole: the caller's bookkeeping is broken then, and what it would write is not to be trusted.
    pub fn append(&mut self, entries: Vec<Entry>, done: Done) {
        let numbered = self.index.write().append(&entries);
        self.writer.send(Command::Append { entries, numbered }, Some(done));
    }

    /// Saves a vote.
    pub fn save_vote(&mut self, vote: Bytes, done: Done) {
        self.index.write().state_mut().vote = Some(vote.clone());
        self.writer.send(Command::Vote(vote), Some(done));
    }

    /// Notes what is committed; written with whatever is written next.
    pub fn save_committed(&mut self, committed: Bytes) {
        self.index.write().state_mut().committed = Some(committed.clone());
        self.writer.send(Command::Committed(committed), None);
    }

    /// Forgets the entries from `from` on.
    pub fn truncate(&mut self, from: u64, done: Done) {
        self.index.write().truncate(from);
        self.writer.send(Command::Truncate(from), Some(done));
    }

    /// Forgets the entries up to `purged`. Entries after it must be there, or the log empty then.
    pub fn purge(&mut self, purged: Purged, done: Done) {
        self.index.write().purge(purged.clone());
        self.writer.send(Command::Purge(purged), Some(done));
    }
}
