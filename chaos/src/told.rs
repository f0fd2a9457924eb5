//! What a watch told.

use crate::keys::value_of;
use bytes::Bytes;
use pintle_storage::{Event, Revision};

/// What one event told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// When it happened.
    pub revision: Revision,
    /// To which key.
    pub key: Bytes,
    /// What was put; `None` for a deletion.
    pub value: Option<u64>,
}

/// Everything that was told, in the order of telling.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// One for each event.
    pub events: Vec<Telling>,
    /// How often the watch was begun.
    pub begun: usize,
}

impl From<&Event> for Telling {
    fn from(event: &Event) -> Telling {
        let value = match event {
            Event::Put { kv, .. } => value_of(kv),
            Event::Delete { .. } => None,
        };
        Telling { revision: event.revision(), key: event.key().clone(), value }
    }
}
