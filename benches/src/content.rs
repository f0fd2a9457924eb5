//! Keys and values such as Kubernetes stores.

use bytes::Bytes;
use rand::RngCore;

/// Bytes of a value: a small object.
pub(crate) const VALUE_BYTES: usize = 1024;

/// What all keys begin with.
pub(crate) const PREFIX: &str = "/registry/pods/namespace-1/";

/// The key of an object.
pub(crate) fn key(number: u64) -> Bytes {
    format!("{PREFIX}workload-6d4cf56db6-{number:08}").into()
}

/// The end of the range of all keys that begin as [`PREFIX`] does.
pub(crate) fn prefix_end() -> Bytes {
    let mut end = PREFIX.as_bytes().to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end.into()
}

/// A value that does not compress.
pub(crate) fn value() -> Bytes {
    let mut value = vec![0; VALUE_BYTES];
    rand::rng().fill_bytes(&mut value);
    value.into()
}
