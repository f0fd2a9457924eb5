//! Consistent reads: they see every write that was answered before, and share their questions.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use pintle_storage::Revision;
use pintle_watchcache::{Freshness, ListRequest};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::world::{Node, World, config, pod};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_sees_what_was_written_before_they_asked() {
    let world = Arc::new(World::on(Node::new(), config()).await);
    let mut tasks = JoinSet::new();
    for writer in 0..8 {
        let world = world.clone();
        tasks.spawn(async move {
            let pods = world.pods();
            let name = format!("p{writer}");
            let key = pods.key(Some("ns"), &name);
            for round in 0..150 {
                let written =
                    world.put(&format!("/registry/pods/ns/{name}"), pod("a", &round.to_string())).await;
                let at_least = |seen: Option<Revision>| {
                    assert!(seen >= Some(written), "writer {writer}, round {round}: {seen:?} < {written}")
                };
                if round % 2 == 0 {
                    let found = pods.get(&key, Freshness::Latest).await.unwrap();
                    at_least(found.entry.map(|entry| entry.mod_revision()));
                } else {
                    let list = ListRequest::new(pods.range(None), Freshness::Latest);
                    let snapshot = pods.list(list).await.unwrap();
                    at_least(snapshot.get(&key).map(|entry| entry.mod_revision()));
                    assert!(snapshot.iter().all(|entry| entry.mod_revision() <= snapshot.revision()));
                }
            }
        });
    }
    for _ in 0..4 {
        let world = world.clone();
        tasks.spawn(async move {
            let pods = world.pods();
            for _ in 0..100 {
                let before = pintle_storage::Storage::revision(&*world.node).await.unwrap();
                let list = ListRequest::new(pods.range(None), Freshness::Latest);
                assert!(pods.list(list).await.unwrap().revision() >= before);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_together_shares_the_question() {
    let world = World::new().await;
    world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let pods = world.pods();
    let asked = world.node.revisions.load(Ordering::SeqCst);
    let reads = (0..500).map(|_| pods.get(b"/registry/pods/ns/p", Freshness::Latest));
    for found in join_all(reads).await {
        assert!(found.unwrap().entry.is_some());
    }
    let asked = world.node.revisions.load(Ordering::SeqCst) - asked;
    assert!(asked <= 3, "{asked} questions");
}

#[tokio::test(start_paused = true)]
async fn a_revision_of_another_lane_is_reached_by_asking_for_progress() {
    let world = World::new().await;
    for number in 0..10 {
        let written = world.put("/registry/events/ns/e", number.to_string()).await;
        let start = Instant::now();
        let pods = world.pods();
        let list = ListRequest::new(pods.range(None), Freshness::Latest);
        assert_eq!(pods.list(list).await.unwrap().revision(), written);
        assert!(start.elapsed() <= Duration::from_millis(10), "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_get_does_not_wait_long_for_a_stream_that_stands_still() {
    let world = World::new().await;
    world.node.flow(false);
    let written = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let start = Instant::now();
    let found = world.pods().get(b"/registry/pods/ns/p", Freshness::Latest).await.unwrap();
    assert_eq!(found.entry.unwrap().mod_revision(), written);
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_list_reads_storage_when_the_stream_stands_still_for_three_seconds() {
    let world = World::new().await;
    world.node.flow(false);
    let written = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let pods = world.pods();
    let start = Instant::now();
    let lists = (0..20).map(|_| pods.list(ListRequest::new(pods.range(None), Freshness::Latest)));
    for snapshot in join_all(lists).await {
        let snapshot = snapshot.unwrap();
        assert_eq!((snapshot.revision(), snapshot.count()), (written, 1));
    }
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn readers_who_give_up_leave_nothing_behind() {
    let world = World::new().await;
    let pods = world.pods();
    let far = Freshness::NotOlderThan(Revision::new(1 << 40));
    let reads = (0..100).map(|_| tokio::time::timeout(Duration::from_millis(1), pods.get(b"k", far)));
    assert!(join_all(reads).await.iter().all(Result::is_err));
    let before = world.node.progress.load(Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = world.node.progress.load(Ordering::SeqCst) - before;
    assert!(asked <= 2, "nobody waits any more, {asked} requests");
}
