//! Reading: a resource's objects at one revision, as fresh as is asked for.
//!
//! ```text
//!   Any -------------------------------------------.
//!   NotOlderThan(r) ----- wait for the stream ------+--> the map, or a root and the ring
//!   Latest ----- probe ---------'      \            |
//!   Exact(r) ---------------------------\-----------'--> not there: storage, at that revision
//! ```

mod freshness;
mod get;
mod list;
mod snapshot;
mod stored;
mod view;

pub use freshness::Freshness;
pub use get::Found;
pub use list::ListRequest;
pub use snapshot::Snapshot;
pub use view::ResourceView;
