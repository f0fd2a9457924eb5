//! Clients of all kinds, each of which notes what it was told.

mod compaction;
mod holders;
mod outages;
mod readers;
mod slow;
mod watcher;
mod workload;

pub(crate) use compaction::compact;
pub(crate) use holders::Holders;
pub(crate) use outages::Outages;
pub(crate) use readers::Readers;
pub(crate) use slow::SlowWatchers;
pub(crate) use watcher::{Watched, Watcher};
pub(crate) use workload::{Refusals, Workload, is_full, put_until_known};
