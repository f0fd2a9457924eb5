//! A storage that never reports progress, as some versions of etcd: ready without it, and well while it is quiet.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pintle_storage::Revision;
use pintle_watchcache::{Delivery, Error, EventKind, Freshness, ListRequest, Start, WatchRequest, Watcher};
use tokio::time::{Instant, sleep};

use crate::world::{Node, World, config, names, next_event, pod};

/// With one pod, which was written twice; and the revision of the first time.
async fn silent() -> (Arc<Node>, Revision) {
    let node = Node::new();
    node.progresses.store(false, Ordering::SeqCst);
    let first = node.put("/registry/pods/ns/p", pod("a", "n")).await;
    node.put("/registry/pods/ns/p", pod("b", "n")).await;
    (node, first)
}

async fn watch(world: &World) -> Watcher {
    world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_is_ready_without_waiting_for_progress_and_claims_no_past() {
    let (node, first) = silent().await;
    let begun = Instant::now();
    let world = World::on(node, config()).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?} of the clock's time", begun.elapsed());
    let expired = world.pods().watch(WatchRequest::new(Start::After(first))).await;
    assert!(matches!(expired, Err(Error::Expired { .. })), "{expired:?}");
}

#[tokio::test(start_paused = true)]
async fn a_consistent_list_has_what_the_stream_has_not_brought() {
    let (node, _) = silent().await;
    let world = World::on(node, config()).await;
    world.node.flow(false);
    let written = world.put("/registry/pods/ns/q", pod("a", "n")).await;
    let list = ListRequest::new(world.pods().range(None), Freshness::Latest);
    let list = world.pods().list(list).await.unwrap();
    assert_eq!(names(&list), ["ns/p", "ns/q"]);
    assert!(list.revision() >= written);
}

#[tokio::test(start_paused = true)]
async fn quiet_is_no_loss() {
    let (node, _) = silent().await;
    let world = World::on(node, config()).await;
    let mut watcher = watch(&world).await;
    for _ in 0..600 {
        sleep(Duration::from_secs(1)).await;
        assert!(world.cache.is_ready());
    }
    assert!(watcher.try_next().is_none());
    let written = world.put("/registry/pods/ns/q", pod("a", "n")).await;
    assert_eq!(next_event(&mut watcher).await, (EventKind::Added, "ns/q".into(), written, written));
}

/// Nothing happens after an outage that would say that it is over.
#[tokio::test(start_paused = true)]
async fn after_an_outage_it_is_ready_without_an_event() {
    let (node, _) = silent().await;
    let world = World::on(node, config()).await;
    for _ in 0..3 {
        let mut watcher = watch(&world).await;
        world.node.memory.lose_leader();
        sleep(Duration::from_secs(120)).await;
        assert!(world.cache.is_ready());
        assert!(watcher.try_next().is_none());
        world.put("/registry/pods/ns/p", pod("c", "n")).await;
        assert!(matches!(watcher.next().await, Delivery::Event(_)));
    }
}
