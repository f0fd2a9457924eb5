//! What storage hands out for a key. The bytes are opaque here; a layer above that decrypts says through
//! [`Payload`] and `stale` what became of them, so that one bad value fails its own readers and nothing else.

use std::sync::Arc;

use bytes::Bytes;

use crate::{LeaseId, Revision};

/// A key with one of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValue {
    /// The key.
    pub key: Bytes,
    /// The value; no bytes when only keys were asked for.
    pub payload: Payload,
    /// The value was stored under a key of encryption that is no longer the first: the next write stores it
    /// anew even if nothing else changed. Always false from storage itself.
    pub stale: bool,
    /// The revision at which the key last came into being.
    pub create_revision: Revision,
    /// The revision of the write that stored this value.
    pub mod_revision: Revision,
    /// How many times the key was put since it came into being, from 1.
    pub version: u64,
    /// The lease that will take the key with it.
    pub lease: Option<LeaseId>,
}

impl KeyValue {
    /// The value's bytes, or why there are none.
    pub fn bytes(&self) -> std::result::Result<&Bytes, &str> {
        match &self.payload {
            Payload::Bytes(bytes) => Ok(bytes),
            Payload::Undecryptable(reason) => Err(reason),
        }
    }
}

/// A value as it comes out of storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The bytes that were put. Cloning them is cheap.
    Bytes(Bytes),
    /// The bytes are there but could not be decrypted, with the reason. Storage itself never says this; the
    /// layer that keeps encryption does.
    Undecryptable(Arc<str>),
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Payload {
        Payload::Bytes(bytes)
    }
}
