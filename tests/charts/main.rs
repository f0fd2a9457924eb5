//! What people keep in Git, applied by the real kubectl: charts of thirty-five kinds for several teams, on the client's
//! side and on the server's, twice, in a newer version, beside others who change the same objects.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod by_client;
mod by_hand;
mod by_server;
mod cluster;
#[path = "../ownership/held.rs"]
#[allow(dead_code, reason = "not every question is asked here")]
mod held;
mod team;

use pintle_tests::kubectl_here;
