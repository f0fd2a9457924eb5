//! A storage node: the log that makes writes durable, the consensus that orders them, the state they make, and the
//! etcd API in front of it.
//!
//! ```text
//! service > raft > log > quorum > state machine > revisions > disk
//!                                       '-> feed > watchers
//! ```
//!
//! It never knows what a value means: no objects, no JSON, no HTTP, no kind's name.

pub mod log;
pub mod raft;
pub mod revisions;
pub mod state_machine;
