//! Consensus: the only place that names openraft. Around it stands what it needs of us: a log, a state machine, peers.
//!
//! ```text
//! propose --> openraft --> log_store (the log)         entries become durable
//!                 |------> network   (peers)           entries reach the others
//!                 '------> state_machine               committed entries are applied
//! ```

mod beginning;
mod codec;
mod consensus;
mod log_store;
mod messages;
mod network;
mod peers;
mod reach;
mod receiving;
mod room;
mod runtime;
mod sending;
mod state_machine;
mod touch;
mod types;

pub(crate) use beginning::{Beginning, members};
pub(crate) use codec::{read_member, wire_member};
pub use consensus::{Consensus, ConsensusError, Progress, Settings, Standing, Standpoint};
pub use peers::{Answer, Peer, PeerError, Peers, Refused, Transport};
pub(crate) use reach::needed;
pub use room::Room;
pub use sending::snapshot_parts;
pub use types::Member;
