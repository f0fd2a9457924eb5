//! Encoded objects, made once and shared by all readers and watchers. What is made is the caller's; this only finds it
//! again, keeps to its bytes, and sees to it that one form of one object is made by one caller at a time.
//!
//! Second chance: what was asked for again since the hand last passed stays, everything else goes.

mod shard;

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use parking_lot::Mutex;
use pintle_meta::Str;
use pintle_storage::Revision;

use crate::entry::Entry;
use shard::Shard;

/// How many parts the cache has, each with its own lock. A power of two.
const SHARDS: usize = 32;

/// Which form of which object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EncodingKey {
    entry: u64,
    /// Zero: the object with its own resourceVersion.
    shown_at: Revision,
    generation: u64,
    version: Str,
    media_type: u32,
}

impl EncodingKey {
    /// The form of `entry` in `version` as `media_type` (a number the caller gives to each full media type, Table and
    /// PartialObjectMetadata included), made by `generation` of the resource. `None` for an entry that was read for a
    /// single answer.
    pub fn current(entry: &Entry, generation: u64, version: Str, media_type: u32) -> Option<EncodingKey> {
        let entry = entry.id()?;
        Some(EncodingKey { entry, shown_at: Revision::ZERO, generation, version, media_type })
    }

    /// The same of an entry that is shown with the revision of the change that took it away.
    #[must_use]
    pub fn shown_at(self, revision: Revision) -> EncodingKey {
        EncodingKey { shown_at: revision, ..self }
    }
}

/// Where an encoding is or will be.
type Place = Arc<OnceLock<Bytes>>;

/// The cache of encodings. Holds at most the bytes it was made with, give or take those being made.
#[derive(Debug)]
pub struct Encodings {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
}

impl Encodings {
    /// A cache of `bytes`, what it costs to keep an encoding included.
    pub fn new(bytes: usize) -> Encodings {
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new(bytes / SHARDS))).collect();
        Encodings { shards, hasher: RandomState::new() }
    }

    /// What is kept under `key`, or what `make` makes of it. Nothing is locked while it is made; who asks for the same
    /// key meanwhile waits for it, so `make` must not ask for it again. An encoding that is bigger than its share of
    /// the cache is not kept.
    pub fn get_or_make(&self, key: Option<EncodingKey>, make: impl FnOnce() -> Bytes) -> Bytes {
        let Some(key) = key else { return make() };
        let shard = self.shard(&key);
        let place = shard.lock().place(&key);
        let mut made = false;
        let encoding = place
            .get_or_init(|| {
                made = true;
                make()
            })
            .clone();
        if made {
            shard.lock().made(&key, &place);
        }
        encoding
    }

    /// What is kept under `key`, for forms whose making may fail or has to wait.
    pub fn get(&self, key: &EncodingKey) -> Option<Bytes> {
        self.shard(key).lock().get(key)?.get().cloned()
    }

    /// Keeps what was made elsewhere.
    pub fn put(&self, key: EncodingKey, encoding: Bytes) {
        self.get_or_make(Some(key), || encoding);
    }

    /// The bytes kept.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().bytes()).sum()
    }

    /// How many encodings are kept or being made.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: &EncodingKey) -> &Mutex<Shard> {
        // The upper bits: the maps within use the lower ones.
        let place = self.hasher.hash_one(key) >> 32;
        &self.shards[place as usize % SHARDS]
    }
}
