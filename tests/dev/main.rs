//! `pintle dev --nodes 3 --apiservers 2` as its user practises failure with it: by kubectl and `kill -9`.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "a failed test says what the cluster said")]
#![cfg(unix)]

mod cluster;
mod failures;
mod starts;
