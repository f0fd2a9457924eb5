//! What was true at revision N: of every key its versions since the last compaction, in memory; the values they have,
//! wherever [`Values`] keeps them.
//!
//! ```text
//! KeyIndex   key -> versions (when written, when created, how often, on which lease)
//!               |  At: revision and position within it
//!               v
//! Values     At -> record: key, value and the version's facts; immutable once written
//! ```
//!
//! It never knows consensus, files or connections.

mod chain;
mod index;
mod record;

pub use chain::{Chain, Version};
pub use index::{KeyIndex, Span};
pub use record::{Change, Record};

use std::fmt::Debug;

/// The place of one change: its revision, and its position among the changes of that revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The revision.
    pub revision: u64,
    /// The position, from 0.
    pub sub: u32,
}

/// A record can't be had: what is on disk is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record of revision {}.{} is damaged: {reason}", at.revision, at.sub)]
pub struct Damaged {
    /// Which record.
    pub at: At,
    /// What does not fit.
    pub reason: String,
}

/// Where records are kept.
pub trait Values: Debug + Send + Sync {
    /// The record at `at`, which was written and is not compacted.
    ///
    /// # Errors
    /// [`Damaged`] when it can't be read as it was written.
    fn get(&self, at: At) -> Result<Record, Damaged>;
}
