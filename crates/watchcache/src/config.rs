//! What a cache holds, how much of it, and how long it waits. Every default is a bound that a frontend can live with
//! unchanged.

use std::time::Duration;

use crate::entry::IndexedField;

/// What to cache and within which bounds.
#[derive(Clone, Debug)]
pub struct Config {
    /// What all keys begin with, with a slash at the end.
    pub storage_prefix: String,
    /// Prefixes below the storage prefix that are kept apart from it: each has a stream of its own. They must not
    /// lie within one another. By default `events`, not cached, as in the reference.
    pub apart: Vec<Apart>,
    /// The resources that are known from the start. More can be [added](crate::WatchCache::add_prefix).
    pub resources: Vec<ResourceConfig>,
    /// Keys that one read of storage may bring.
    pub page_size: u64,
    /// Reads of storage under way at a time while loading, for each stream.
    pub pages_in_flight: usize,
    /// Bytes of replaced and deleted values kept so that watches can start in the past and slow watchers can catch
    /// up. Shared fairly: the resource with the most gives first.
    pub ring_bytes: usize,
    /// About the bytes of map nodes kept so that lists can be answered as of recent revisions. Shared fairly.
    pub root_bytes: usize,
    /// Bytes of encoded objects kept.
    pub encodings_bytes: usize,
    /// Bytes of values kept of keys that no resource claims, for each stream; beyond it only key and revision.
    pub unclaimed_bytes: usize,
    /// How far back rings are filled from storage's history before the cache is ready, in revisions, so that a restart
    /// does not make every client list again.
    pub backfill_revisions: u64,
    /// Whether values arrive in buffers of their own that can be kept as they are (an embedded node), rather than in
    /// slices of larger buffers (a client of a remote one), which are copied.
    pub values_own_their_buffers: bool,
    /// How long to wait for what.
    pub timing: Timing,
    /// Lists that may read storage at a time because the cache did not get there within [`Timing::fresh`].
    pub storage_lists: usize,
}

/// A prefix with a stream of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Below the storage prefix, without slashes at the ends.
    pub prefix: String,
    /// Whether its entries are kept. If not, gets and lists read storage, and only changes pass through here.
    pub cached: bool,
}

/// One resource's place among the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceConfig {
    /// Below the storage prefix, one or two segments without slashes at the ends: `pods`, `services/specs`.
    pub prefix: String,
    /// Fields by whose value its watchers are looked up.
    pub fields: Vec<IndexedField>,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a read waits for a revision, and for the cache to load.
    pub fresh: Duration,
    /// How long a consistent get waits for the cache before it reads its key from storage.
    pub get: Duration,
    /// How long a reader waits for the stream to get there by itself before storage is asked for progress.
    pub progress_grace: Duration,
    /// How often storage is asked again while somebody waits.
    pub progress_every: Duration,
    /// How often storage is asked when nobody waits, so that bookmarks move on and compaction does not overtake a quiet
    /// stream.
    pub progress_idle: Duration,
    /// How long filling the rings from history may take.
    pub backfill: Duration,
    /// How long a stream may be silent, progress included, before it is opened anew.
    pub silence: Duration,
    /// How long a stream may be lost before watchers are ended and the cache is no longer ready.
    pub lost: Duration,
    /// The least and the most time between attempts to load or to open a stream; doubled in between.
    pub retry: (Duration, Duration),
}

impl Default for Config {
    fn default() -> Config {
        Config {
            storage_prefix: "/registry/".to_owned(),
            apart: vec![Apart { prefix: "events".to_owned(), cached: false }],
            resources: Vec::new(),
            page_size: 10_000,
            pages_in_flight: 4,
            ring_bytes: 64 << 20,
            root_bytes: 16 << 20,
            encodings_bytes: 64 << 20,
            unclaimed_bytes: 64 << 20,
            backfill_revisions: 20_000,
            values_own_their_buffers: false,
            timing: Timing::default(),
            storage_lists: 4,
        }
    }
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            fresh: Duration::from_secs(3),
            get: Duration::from_millis(10),
            progress_grace: Duration::from_millis(2),
            progress_every: Duration::from_millis(100),
            progress_idle: Duration::from_secs(5),
            backfill: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            lost: Duration::from_secs(30),
            retry: (Duration::from_millis(100), Duration::from_secs(5)),
        }
    }
}

impl ResourceConfig {
    /// A resource without indexed fields.
    pub fn new(prefix: impl Into<String>) -> ResourceConfig {
        ResourceConfig { prefix: prefix.into(), fields: Vec::new() }
    }
}
