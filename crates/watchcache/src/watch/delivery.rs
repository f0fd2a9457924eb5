//! What a watcher is told.

use std::sync::Arc;

use pintle_storage::Revision;

use crate::entry::Entry;

/// One thing a watcher is told.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// An object came, changed or went, as far as this watcher is concerned.
    Event(WatchEvent),
    /// All objects that were there at this revision have been delivered.
    InitialEventsEnd(Revision),
    /// Nothing more comes.
    Ended(Ending),
}

/// A change as one watcher sees it.
#[derive(Clone, Debug)]
pub struct WatchEvent {
    /// What it means to this watcher.
    pub kind: EventKind,
    /// The revision of the change. Of the objects that were there at the beginning: that of their last change.
    pub revision: Revision,
    /// The object to show. For [`EventKind::Deleted`] it is the last one this watcher could see, to be shown with the
    /// revision of the change in place of its own.
    pub entry: Arc<Entry>,
    /// What the object was before, if it was, whether or not this watcher could see it.
    pub previous: Option<Arc<Entry>>,
}

/// What a change means to a watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The object came into being, or into what the watcher chose.
    Added,
    /// The object changed.
    Modified,
    /// The object was deleted, or is no longer what the watcher chose.
    Deleted,
}

/// Why a watch is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The watcher has fallen behind what is remembered: it must list again.
    Expired,
    /// The cache stops, or the resource changed: watch again, from the last revision seen.
    Stopped,
    /// Storage has been out of reach for long: another frontend may know more.
    StorageLost,
}
