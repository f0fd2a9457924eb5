//! The suite of every storage over etcd's API: on one node, and on three that reach each other over gRPC. What only
//! several nodes can show stands in `cluster`.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod backups;
mod cluster;
mod founding;
mod integrity;
mod joining;
mod members;
mod pki;
mod tls;
mod versions;

use members::Members;
use pintle_storage::Storage;
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::suite::{Running, Subject, run};
use std::sync::Arc;
use std::time::Duration;

/// A client of members that live as long as it does.
struct Served {
    storage: Arc<Etcd>,
    _members: Members,
}

impl Subject for Served {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage) as Arc<dyn Storage>
    }

    fn advance(&self, time: Duration) -> Running<'_> {
        Box::pin(tokio::time::sleep(time))
    }
}

async fn served(count: usize) -> Arc<dyn Subject> {
    let members = Members::start(count).await;
    let storage = Arc::new(Etcd::new(Options::new(members.client_urls())).unwrap());
    Arc::new(Served { storage, _members: members })
}

macro_rules! a_test_each {
    ($($group:ident { $($case:ident)* })*) => {
        mod by_one {
            $(mod $group {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let name = concat!(stringify!($group), "::", stringify!($case));
                    crate::run(name, || crate::served(1)).await;
                })*
            })*
        }
        mod by_three {
            $(mod $group {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let name = concat!(stringify!($group), "::", stringify!($case));
                    crate::run(name, || crate::served(3)).await;
                })*
            })*
        }
    };
}

pintle_storage::for_each_storage_case!(a_test_each);
