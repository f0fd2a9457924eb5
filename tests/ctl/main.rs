//! `pintle ctl` against `pintle storage`, both the real binary: members, backups under load, restores, checks; and the
//! same by the etcdctl of others.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::disallowed_types, reason = "a test reads answers of any shape")]

mod backups;
mod checks;
mod etcdctl;
mod members;

use pintle_tests::member;
