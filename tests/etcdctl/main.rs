//! etcdctl's habits: the same words said to etcd and to pintle have the same answers and exit codes. (`$ETCDCTL` and
//! `$PINTLE_TEST_ETCD`, or those in the path; written for 3.4, which Debian has.)
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so, a failed one what the server said")]

mod both;
mod certificates;
mod endpoints;
mod keys;
mod leases;
mod members;
mod side;
mod watches;

use both::Both;
use pintle_tests::Etcd;

/// Both members, or nothing where a program is missing.
async fn both() -> Option<Both> {
    if !side::has_etcdctl().await || !Etcd::is_here() {
        return None;
    }
    Some(Both::start().await)
}
