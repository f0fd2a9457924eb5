//! What the tests of the whole binary share: a running server, ways to talk to it, and clients that others wrote.
//!
//! ```text
//! Server      `pintle dev` on a free port, in a folder of its own
//! Apiserver   `pintle apiserver` with the flags of the test
//! member      members of a storage tier, each a process, and `pintle ctl`
//! Balancer    one address of several servers
//! Etcd        the real one, when there is one
//! Connection  HTTP/1.1 or HTTP/2 by hand, for headers and bad input
//! Kubectl     the real one, when there is one
//! program     any other program, with a deadline
//! ```
//!
//! Nothing here knows what a right answer is.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod apiserver;
mod balancer;
mod binary;
mod etcd;
mod folder;
mod http;
mod kubectl;
pub mod member;
pub mod program;
mod server;
mod tls;

pub use crate::apiserver::{Apiserver, TOKEN};
pub use crate::balancer::Balancer;
pub use crate::etcd::Etcd;
pub use crate::http::{Connection, Protocol, Reply, request};
pub use binary::pintle;
pub use folder::Folder;
pub use kubectl::{Kubectl, Said};
pub use server::Server;
pub use tls::Who;
