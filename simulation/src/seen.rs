//! What clients saw, beside the calls on single keys: reads of everything, transactions on several keys, leases, watches.

use bytes::Bytes;
use pintle_storage::{Event, KeyRange, KeyValue, Revision};
use std::collections::BTreeMap;

/// A version of a key, as anybody was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) value: Bytes,
    pub(crate) created: u64,
    pub(crate) modified: u64,
    pub(crate) version: u64,
    pub(crate) lease: i64,
}

/// Keys and what they have.
pub(crate) type Keys = BTreeMap<Bytes, Version>;

/// A read of several keys.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) range: KeyRange,
    /// What was acknowledged to anybody before it began; 0 for one that may be old.
    pub(crate) floor: u64,
    /// Where the node stood, as its answer says.
    pub(crate) header: u64,
    /// What it is of.
    pub(crate) revision: u64,
    pub(crate) keys: Keys,
    /// Whom it was asked of.
    pub(crate) host: usize,
}

/// A transaction that put a value under several keys, and was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) revision: u64,
    pub(crate) keys: Vec<Bytes>,
    pub(crate) value: Bytes,
}

/// A lease that was granted, with a key on it.
#[derive(Clone, Debug)]
pub(crate) struct Leased {
    pub(crate) key: Bytes,
    /// Microseconds, as granted.
    pub(crate) ttl: u64,
    /// When the last request began that was answered and gave it its whole time.
    pub(crate) alive: u64,
    /// Whether somebody asked for its end.
    pub(crate) revoked: bool,
}

/// An event, and when it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) key: Bytes,
    pub(crate) revision: u64,
    /// `None` for a deletion.
    pub(crate) version: Option<Version>,
    pub(crate) prev: Option<Version>,
}

/// What a watch told that was begun again whenever it ended.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) range: KeyRange,
    pub(crate) prev: bool,
    /// Events with the time at which they were told, in the order of telling.
    pub(crate) events: Vec<(u64, Told)>,
    /// Everything of these revisions was told: from, up to and with.
    pub(crate) covered: Vec<(u64, u64)>,
    /// How often it was begun.
    pub(crate) begun: u64,
}

impl Version {
    pub(crate) fn of(kv: &KeyValue) -> Version {
        Version {
            value: kv.bytes().cloned().unwrap_or_default(),
            created: kv.create_revision.get(),
            modified: kv.mod_revision.get(),
            version: kv.version,
            lease: kv.lease.map_or(0, pintle_storage::LeaseId::get),
        }
    }
}

impl Told {
    pub(crate) fn of(event: &Event) -> Told {
        let version = match event {
            Event::Put { kv, .. } => Some(Version::of(kv)),
            Event::Delete { .. } => None,
        };
        Told {
            key: event.key().clone(),
            revision: event.revision().get(),
            version,
            prev: event.prev().map(Version::of),
        }
    }
}

impl Watched {
    pub(crate) fn new(range: KeyRange, prev: bool) -> Watched {
        Watched { range, prev, events: Vec::new(), covered: Vec::new(), begun: 0 }
    }

    /// The revision up to which everything was told.
    pub(crate) fn reached(&self) -> u64 {
        self.covered.last().map_or(0, |(_, to)| *to)
    }

    /// A watch was begun that tells everything from this revision on.
    pub(crate) fn begin(&mut self, from: Revision) {
        self.begun += 1;
        if self.reached() + 1 != from.get() || self.covered.is_empty() {
            self.covered.push((from.get(), from.get() - 1));
        }
    }

    /// Everything up to this revision was told.
    pub(crate) fn reach(&mut self, revision: u64) {
        if let Some((_, to)) = self.covered.last_mut() {
            *to = revision.max(*to);
        }
    }
}
