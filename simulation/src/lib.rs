//! Several nodes, their clients and their bad luck in one thread and in virtual time: one seed, one course of events. The
//! nodes are what production runs, down to the log's records; only disks, network and clocks are made here.
//!
//! It never knows sockets, processes or sled: chaos has those.

mod agreement;
mod chance;
mod clients;
mod faults;
mod host;
mod network;
mod operator;
mod panics;
mod place;
mod seen;
mod trace;
mod verdict;
mod watchers;
mod world;

pub use host::is_repeatable;
pub use world::{Outcome, live};
