//! The suite on a real etcd, one member for each case; and what only a real one can show: TLS, a reader far behind,
//! and a cluster that loses its leader.
//!
//! Needs an `etcd` on the path, or named by `PINTLE_TEST_ETCD`. Without one every test says so and passes.

mod cluster;
mod server;
mod slow;
mod tls;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use pintle_storage::Storage;
use pintle_storage::etcd::Etcd;
use pintle_storage::suite::{Running, Subject, run};

use self::server::{Server, version};

struct RealEtcd {
    client: Arc<Etcd>,
    _server: Server,
}

impl Subject for RealEtcd {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.client) as Arc<dyn Storage>
    }

    fn advance(&self, time: Duration) -> Running<'_> {
        Box::pin(tokio::time::sleep(time))
    }
}

async fn new_etcd() -> Arc<dyn Subject> {
    let server = Server::start();
    let client = Arc::new(server.client(server.options()).await);
    Arc::new(RealEtcd { client, _server: server })
}

/// Cases that a version of etcd can't pass, with the reason.
fn can_not_pass(case: &str, version: &str) -> Option<&'static str> {
    match case {
        "limits::the_status_is_known" if !version.starts_with("3.6.") => {
            Some("it asks for the version that our storage claims to be")
        }
        _ => None,
    }
}

async fn try_case(case: &str) {
    let version = match version() {
        Ok(version) => version,
        Err(reason) => return say(&format!("skipped {case}: {reason}")),
    };
    match can_not_pass(case, &version) {
        Some(reason) => say(&format!("skipped {case} on etcd {version}: {reason}")),
        None => run(case, new_etcd).await,
    }
}

/// Says something that is read even when the test passes, whose usual output nobody sees.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("there is somewhere to say it");
}

macro_rules! a_test_each {
    ($($group:ident { $($case:ident)* })*) => {
        $(mod $group {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::try_case(concat!(stringify!($group), "::", stringify!($case))).await;
            })*
        })*
    };
}

pintle_storage::for_each_storage_case!(a_test_each);
