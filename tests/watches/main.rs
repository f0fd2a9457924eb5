//! What watches and lists promise, checked from outside: writers, watchers and listers behind a balancer, while
//! frontends are stopped and killed and history is compacted; then judges compare what everyone was told with what
//! storage says has happened.
//!
//! `PINTLE_SEED` chooses another course, `PINTLE_WATCH_OPERATIONS` a longer one (writes in all).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "a test says what it saw")]

mod client;
mod fleet;
mod history;
mod interest;
mod judge;
mod lister;
mod record;
mod run;
mod truth;
mod watcher;
mod writer;

use crate::client::Client;
use crate::fleet::Loss;
use crate::interest::{Interest, Resource};
use crate::record::{End, Since};
use crate::run::{Course, run};
use tokio::sync::watch;

/// Frontends are stopped as in an upgrade: no request fails, every watch ends in order, and history is never gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frontends_are_upgraded_one_after_the_other() {
    let ran = run(&Course { losses: &[Loss::Stopped], compacts: false, operations: operations() }).await;
    assert!(ran.summary.cut == 0 && ran.summary.gone == 0, "{:?}", ran.summary);
}

/// Frontends are killed and stopped while history is compacted: clients resume elsewhere, and are told when they can't.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frontends_are_killed_and_history_is_compacted() {
    let losses = &[Loss::Killed, Loss::Stopped];
    let mut ran = run(&Course { losses, compacts: true, operations: operations() }).await;
    // One that starts behind a compaction has nothing of before it, and says so.
    ran.fleet.replace(0, Loss::Killed, true, true).await;
    let world = ran.fleet.only(0);
    let (_, goal) = watch::channel(None);
    for resource in Resource::ALL {
        let interest = Interest::new(resource);
        let session = watcher::one(&mut Client::new(&world), &interest, Since::Revision(1), 3, &goal).await;
        assert!(session.end == End::Gone && session.frames.is_empty(), "{session:?}");
    }
    assert!(world.faults.lock().is_empty(), "{:?}", world.faults.lock());
}

fn operations() -> usize {
    std::env::var("PINTLE_WATCH_OPERATIONS").map_or(1_500, |text| text.parse().unwrap())
}
