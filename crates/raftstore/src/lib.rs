//! A storage node: the log that makes writes durable, the consensus that orders them, the state they make, and the
//! etcd API in front of it.
//!
//! ```text
//! service > raft > log > quorum > machine (state machine > revisions > disk)
//!                                    |'-> feed > watchers
//!                                     '-> snapshots
//! ```
//!
//! It never knows what a value means: no objects, no JSON, no HTTP, no kind's name.

pub mod backup;
pub mod disk;
pub mod embedded;
pub mod executor;
pub mod feed;
pub mod files;
pub mod local;
pub mod log;
pub mod machine;
pub mod node;
pub mod peers;
pub mod raft;
mod records;
pub mod revisions;
pub mod serve;
pub mod service;
pub mod snapshots;
pub mod state_machine;
