//! What the API server asks of the tier that keeps its data: ordered keys, opaque bytes, one revision counter,
//! a watch over every change, and leases. The room holds the [`Storage`] trait in etcd's terms, an in-memory
//! implementation ([`memory::Memory`]), a client of etcd's API ([`etcd::Etcd`]) and the test [`suite`] that every
//! implementation must pass.
//!
//! It never knows what a value means: no schema, no objects, no resource names, no HTTP status. It never sends
//! again what may have been done, and never decides who may ask.

pub mod dial;
pub mod etcd;
pub mod key;
pub mod memory;
pub mod suite;

mod error;
mod lease;
mod limits;
mod range;
mod revision;
mod status;
mod storage;
mod txn;
mod value;
mod watch;

pub use error::{Error, Reason, Result};
pub use key::KeyRange;
pub use lease::{Lease, LeaseId, LeaseTimeToLive};
pub use limits::Limits;
pub use range::{Consistency, RangeRequest, RangeResponse, Select};
pub use revision::Revision;
pub use status::Status;
pub use storage::{Answer, Storage, WatchStream};
pub use txn::{Compare, Op, OpResponse, Relation, Target, Txn, TxnResponse};
pub use value::{KeyValue, Payload};
pub use watch::{Event, WatchRequest, WatchUpdate};
