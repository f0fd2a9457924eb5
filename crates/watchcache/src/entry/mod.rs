//! `Entry`: one object as storage keeps it, with its revisions. Immutable and shared by the map, the ring, snapshots
//! and whoever is answering. What is read out of the bytes (labels, indexed fields) is found by scanning them; an
//! entry is never decoded here.

mod field;
mod json;
mod labels;
mod protobuf;

pub use field::IndexedField;
pub use labels::Labels;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use pintle_storage::{KeyValue, Payload, Revision};

use labels::LabelSpans;

/// About what an entry occupies besides its key and its value: itself, the allocations' headers, its place in the map.
const OVERHEAD: usize = 240;

/// One object's stored bytes at one revision.
#[derive(Debug)]
pub struct Entry {
    id: u64,
    key: Arc<[u8]>,
    /// How much of the key is the storage prefix and the resource's, with the slash at the end.
    prefix: u32,
    stale: bool,
    create_revision: Revision,
    mod_revision: Revision,
    content: Content,
    labels: OnceLock<Option<Box<LabelSpans>>>,
}

#[derive(Debug)]
enum Content {
    Bytes(Bytes),
    Undecryptable(Arc<str>),
    /// Of a key that no resource claims, beyond the bytes that are kept of those.
    NotHeld,
}

/// Whether the bytes of an entry are copied out of the buffer they arrive in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buffers {
    /// Copied: what arrives is a slice of a larger buffer.
    Copied,
    /// Shared with storage, which keeps each value in a buffer of its own.
    Shared,
}

impl Entry {
    /// An entry that will be shared and may have its encodings kept. `key` is `kv`'s, if it is known already.
    pub(crate) fn kept(kv: KeyValue, key: Option<Arc<[u8]>>, prefix: usize, buffers: Buffers) -> Arc<Entry> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Arc::new(Entry::new(NEXT.fetch_add(1, Ordering::Relaxed), kv, key, prefix, buffers))
    }

    /// An entry that was read for one answer and is not met again.
    pub(crate) fn passing(kv: KeyValue, prefix: usize) -> Arc<Entry> {
        Arc::new(Entry::new(0, kv, None, prefix, Buffers::Shared))
    }

    fn new(id: u64, kv: KeyValue, key: Option<Arc<[u8]>>, prefix: usize, buffers: Buffers) -> Entry {
        let content = match kv.payload {
            Payload::Bytes(bytes) if buffers == Buffers::Copied => {
                Content::Bytes(Bytes::copy_from_slice(&bytes))
            }
            Payload::Bytes(bytes) => Content::Bytes(bytes),
            Payload::Undecryptable(reason) => Content::Undecryptable(reason),
        };
        Entry {
            id,
            key: key.unwrap_or_else(|| Arc::from(&kv.key[..])),
            prefix: u32::try_from(prefix).unwrap_or(u32::MAX),
            stale: kv.stale,
            create_revision: kv.create_revision,
            mod_revision: kv.mod_revision,
            content,
            labels: OnceLock::new(),
        }
    }

    /// The same key and revisions without the value.
    pub(crate) fn without_value(&self) -> Arc<Entry> {
        Arc::new(Entry {
            content: Content::NotHeld,
            labels: OnceLock::new(),
            key: Arc::clone(&self.key),
            ..*self
        })
    }

    /// The same entry under another split of its key into prefix and name.
    pub(crate) fn under_prefix(&self, prefix: usize) -> Arc<Entry> {
        let content = match &self.content {
            Content::Bytes(bytes) => Content::Bytes(bytes.clone()),
            Content::Undecryptable(reason) => Content::Undecryptable(Arc::clone(reason)),
            Content::NotHeld => Content::NotHeld,
        };
        let prefix = u32::try_from(prefix).unwrap_or(u32::MAX);
        Arc::new(Entry { content, labels: OnceLock::new(), key: Arc::clone(&self.key), prefix, ..*self })
    }

    /// Names this entry among all that this process ever kept, so that what is made from it can be found again. `None`
    /// for one that was read from storage for a single answer: nothing made from it is worth keeping.
    pub fn id(&self) -> Option<u64> {
        (self.id != 0).then_some(self.id)
    }

    /// The whole key.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    pub(crate) fn shared_key(&self) -> &Arc<[u8]> {
        &self.key
    }

    /// The stored bytes, decrypted, or why there are none.
    pub fn value(&self) -> Result<&Bytes, &str> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Undecryptable(reason) => Err(reason),
            Content::NotHeld => Err("the value is not held"),
        }
    }

    pub(crate) fn is_held(&self) -> bool {
        !matches!(self.content, Content::NotHeld)
    }

    /// The revision at which the object came into being.
    pub fn create_revision(&self) -> Revision {
        self.create_revision
    }

    /// The revision of the write that stored this value: the object's resourceVersion.
    pub fn mod_revision(&self) -> Revision {
        self.mod_revision
    }

    /// Whether the value must be written anew even if nothing else changes, because it is encrypted under an old key.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The last segment of the key.
    pub fn name(&self) -> &str {
        self.split().1
    }

    /// The segment before the name, or "" when there is none below the resource's prefix.
    pub fn namespace(&self) -> &str {
        self.split().0
    }

    fn split(&self) -> (&str, &str) {
        let below = self.key.get(self.prefix as usize..).unwrap_or_default();
        let below = std::str::from_utf8(below).unwrap_or_default();
        below.rsplit_once('/').unwrap_or(("", below))
    }

    /// The labels in `metadata.labels`, found on first use by scanning the bytes. None when the bytes are neither JSON
    /// nor in the envelope of built-ins, or end early.
    pub fn labels(&self) -> Labels<'_> {
        let bytes: &[u8] = self.value().map_or(&[], |bytes| bytes);
        let spans = self.labels.get_or_init(|| LabelSpans::scan(bytes));
        Labels::new(spans.as_deref(), bytes)
    }

    /// About the bytes that the entry keeps alive.
    pub fn size(&self) -> usize {
        OVERHEAD + self.key.len() + self.value().map_or(0, |bytes| bytes.len())
    }
}
