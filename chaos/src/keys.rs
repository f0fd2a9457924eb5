//! The keys that histories are about, and their values: each value is a number that is written once.

use bytes::Bytes;
use pintle_storage::{KeyValue, Payload};

/// Where the keys lie.
pub const PREFIX: &str = "/chaos/";

/// The key of this number, as storage knows it.
pub fn name(key: u32) -> Bytes {
    format!("{PREFIX}{key:04}").into()
}

/// The number that a value is; `None` for a value that no history writes.
pub fn value_of(kv: &KeyValue) -> Option<u64> {
    match &kv.payload {
        Payload::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
        Payload::Undecryptable(_) => None,
    }
}
