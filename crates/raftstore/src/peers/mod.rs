//! Members over gRPC: each asks the others through a connection of its own, and says with every call who it is, whom it
//! means and of which cluster both are.
//!
//! ```text
//! client.rs   asks:     Peer (raft/) --> messages, over a Line
//! server.rs   answers:  messages --> Node
//! credentials.rs        who says what to whom; a stranger is refused before anything is read
//! refusal.rs            refusals on the way
//! ```

mod client;
mod credentials;
mod line;
mod refusal;
mod server;

pub use client::Remote;
pub use pintle_storage::dial::{ConfigError, TlsFiles as PeerTls};
pub use server::routes;

use std::time::Duration;

/// The largest message between members: a batch of the log, or one entry that is larger.
const MESSAGE_MAX: usize = 32 << 20;
/// How long a member may take to say who is in its cluster; who is there answers at once.
const INTRODUCE_MAX: Duration = Duration::from_secs(2);
/// How long a question may take whose answer is quick.
const ASK_MAX: Duration = Duration::from_secs(8);
/// The largest answer to a proposal: it may hold everything that a transaction has read.
const ANSWER_MAX: usize = i32::MAX as usize;
/// How long a question may take for which much has to be done first.
const WORK_MAX: Duration = Duration::from_secs(20);
/// How long it may take to hash a state, for which all of it has to be read.
const HASH_MAX: Duration = Duration::from_secs(10 * 60);
