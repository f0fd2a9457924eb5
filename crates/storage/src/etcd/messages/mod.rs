//! Our words in etcd's, and back. Keys and values are handed on without copying: what comes in are slices of the
//! message that brought them, so whoever keeps a small value for long copies it.

mod answers;
mod questions;

pub use answers::{Malformed, events, position, range_response, status, txn_response};
pub use questions::{range_request, txn_request, watch_create, wire_number};
