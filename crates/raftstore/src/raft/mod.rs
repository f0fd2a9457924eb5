//! Consensus: the only place that names openraft. Around it stands what it needs of us: a log, a state machine, peers.
//!
//! ```text
//! propose --> openraft --> log_store (the log)         entries become durable
//!                 |------> network   (peers)           entries reach the others
//!                 '------> state_machine               committed entries are applied
//! ```

mod codec;
mod log_store;
mod types;

pub use log_store::LogStore;
pub use types::{Config, Member, Proposal, Reply};
