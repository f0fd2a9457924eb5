//! The feed of changes: what to watch, and what comes.

use bytes::Bytes;

use crate::{KeyRange, KeyValue, Revision};

/// Which changes to be told, and from when on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchRequest {
    /// Changes of these keys.
    pub range: KeyRange,
    /// Changes at this revision and later. It may be in the past (then history is replayed first) or in the
    /// future. `None`: every change after the watch was answered.
    pub from: Option<Revision>,
    /// Whether each event also carries what it replaced.
    pub prev: bool,
}

impl WatchRequest {
    /// Changes of `range` from now on.
    pub fn new(range: KeyRange) -> WatchRequest {
        WatchRequest { range, from: None, prev: false }
    }

    /// Changes at `revision` and later.
    #[must_use]
    pub fn from(mut self, revision: Revision) -> WatchRequest {
        self.from = Some(revision);
        self
    }

    /// With what each change replaced.
    #[must_use]
    pub fn with_prev(mut self) -> WatchRequest {
        self.prev = true;
        self
    }
}

/// What a watch delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchUpdate {
    /// All events of one or more whole revisions, at least one event, in order of revision and, within a
    /// revision, in the order in which they were made.
    Events(Vec<Event>),
    /// Every event of this watch up to and including this revision has been delivered before.
    Progress(Revision),
}

impl WatchUpdate {
    /// The revision through which the watch has delivered everything once this is taken in. A watch that is
    /// resumed starts from the one after it.
    pub fn revision(&self) -> Revision {
        match self {
            WatchUpdate::Events(events) => events.last().map_or(Revision::ZERO, Event::revision),
            WatchUpdate::Progress(revision) => *revision,
        }
    }
}

/// One change of one key. A key changes at most once in a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The key was put.
    Put {
        /// The key and its new value.
        kv: KeyValue,
        /// What it replaced: `None` if the key did not exist, was not asked for, or is compacted.
        prev: Option<KeyValue>,
    },
    /// The key was deleted.
    Delete {
        /// The key.
        key: Bytes,
        /// The revision of the deletion.
        revision: Revision,
        /// What was deleted: `None` if it was not asked for or is compacted.
        prev: Option<KeyValue>,
    },
}

impl Event {
    /// The key that changed.
    pub fn key(&self) -> &Bytes {
        match self {
            Event::Put { kv, .. } => &kv.key,
            Event::Delete { key, .. } => key,
        }
    }

    /// The revision of the change.
    pub fn revision(&self) -> Revision {
        match self {
            Event::Put { kv, .. } => kv.mod_revision,
            Event::Delete { revision, .. } => *revision,
        }
    }

    /// What the change replaced, if it is known.
    pub fn prev(&self) -> Option<&KeyValue> {
        match self {
            Event::Put { prev, .. } | Event::Delete { prev, .. } => prev.as_ref(),
        }
    }
}
