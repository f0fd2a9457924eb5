//! The feed of changes: replay from history, then the live tail, without a seam.
//!
//! ```text
//! apply --publish--> groups (one for each span that is watched): which revisions match; a bell
//!                       |
//! Watcher: a position --'--> Records: the newest revisions in memory, older ones from disk
//! ```
//!
//! A watcher is a position and nothing else. It is woken when its group has a match, and then takes the revisions that
//! match from the records, which all watchers share. One that is slow, or begins in the past, reads history at its own
//! pace; nobody waits for it and nothing is kept for it. It ends only when compaction passes it.

mod event;
mod groups;
mod look;
mod watcher;

pub use event::{Batch, Ended, Event, Request};
pub(crate) use groups::Feed;
pub(crate) use look::Source;
pub use watcher::Watcher;
