//! The watch cache: one copy of everything below the storage prefix, from which a process answers gets and lists at a
//! revision and tells any number of watchers what changes. It comes between `storage`, whose one stream a lane it
//! follows, and whoever serves clients.
//!
//! ```text
//!   storage: pages, then one stream of changes
//!      |
//!      v
//!   lane (a range of keys)       /registry/.. | /registry/events/ (not cached) | ..
//!      |  by the key's prefix
//!      v
//!   resource (pods, services/specs, ..)
//!      |-- map      key -> entry, persistent: a list is a clone of it, at one revision
//!      |-- roots    the map as it was 256 changes ago, 512 changes ago, ..
//!      |-- ring     the last changes, each with the previous and the current entry
//!      '-- groups   who sleeps, by what they are interested in: all, namespace, name, field
//!                     |
//!                     v
//!   watchers          a position in the ring while awake, nothing while asleep
//!
//!   encodings         what readers and watchers made of entries, shared by all
//! ```
//!
//! What always holds:
//! - a list is what was true at its revision, and a consistent one contains every write answered before it was asked;
//! - a watcher is told every change that concerns it once, in order, all of a revision or none, or that it has expired;
//! - only a watcher with an event to read can expire, and a slow one holds its position and nothing else;
//! - everything is bounded by bytes, or by the number of callers.
//!
//! It never knows HTTP, verbs or versions of resources, nor who is asking. It never decodes an object: labels and
//! indexed fields are found by scanning the stored bytes.

mod budget;
mod cache;
mod config;
mod encodings;
mod entry;
mod error;
mod lane;
mod outage;
mod probe;
mod progress;
mod read;
mod resource;
mod stats;
mod watch;

pub use cache::WatchCache;
pub use config::{Apart, Config, ResourceConfig, Timing};
pub use encodings::{EncodingKey, Encodings};
pub use entry::{Entry, IndexedField, Labels};
pub use error::{Error, Result};
pub use read::{Found, Freshness, ListRequest, ResourceView, Snapshot};
pub use stats::Stats;
pub use watch::{Delivery, Ending, EventKind, Filter, Interest, Start, WatchEvent, WatchRequest, Watcher};
