//! Loading, losing the stream, and loading again.

use std::time::Duration;

use pintle_storage::Revision;
use pintle_watchcache::{
    Config, Delivery, Ending, Error, EventKind, Freshness, ListRequest, Start, WatchRequest,
};

use crate::world::{Node, World, config, names, next_event, pod, settle};

#[tokio::test(start_paused = true)]
async fn everything_is_loaded_in_pages_and_then_followed() {
    let node = Node::new();
    for number in 0..25 {
        node.put(&format!("/registry/pods/ns/p{number:02}"), pod("a", "n")).await;
        node.put(&format!("/registry/services/specs/ns/s{number:02}"), "{}").await;
    }
    let world = World::on(node, Config { page_size: 3, ..config() }).await;
    let list = ListRequest::new(world.pods().range(None), Freshness::Any);
    assert_eq!(world.pods().list(list.clone()).await.unwrap().count(), 25);
    let services = world.cache.resource("services/specs");
    let found = services.get(&services.key(Some("ns"), "s07"), Freshness::Any).await.unwrap();
    assert_eq!(found.entry.unwrap().namespace(), "ns");
    let revision = world.put("/registry/pods/ns/p25", pod("a", "n")).await;
    let list = ListRequest { freshness: Freshness::NotOlderThan(revision), ..list };
    let snapshot = world.pods().list(list).await.unwrap();
    assert_eq!((snapshot.count(), snapshot.revision()), (26, revision));
}

#[tokio::test(start_paused = true)]
async fn compaction_between_pages_starts_over() {
    let node = Node::new();
    for number in 0..10 {
        node.put(&format!("/registry/pods/ns/p{number}"), "{}").await;
    }
    *node.compact_after.lock() = Some(2);
    let world = World::on(node, Config { page_size: 2, pages_in_flight: 1, ..config() }).await;
    let list = ListRequest::new(world.pods().range(None), Freshness::Any);
    assert_eq!(world.pods().list(list).await.unwrap().count(), 10);
    let late = world.cache.resource("configmaps");
    assert!(late.get(&late.key(Some("ns"), "late"), Freshness::Any).await.unwrap().entry.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lost_stream_goes_on_where_it_ended() {
    let world = World::new().await;
    let mut watcher = world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    for number in 0..20 {
        world.put("/registry/pods/ns/p", pod("a", &number.to_string())).await;
        world.node.memory.lose_leader();
        world.put("/registry/pods/ns/q", pod("a", &number.to_string())).await;
    }
    let mut last = Revision::ZERO;
    for _ in 0..40 {
        let (_, _, revision, _) = next_event(&mut watcher).await;
        assert!(last == Revision::ZERO || revision == last.next(), "{last} then {revision}");
        last = revision;
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_compacted_while_the_stream_was_lost_expires_watchers_and_is_loaded_again() {
    let world = World::new().await;
    world.put("/registry/pods/ns/same", pod("a", "n")).await;
    world.put("/registry/pods/ns/gone", pod("a", "n")).await;
    settle(&world.pods()).await;
    let list = ListRequest::new(world.pods().range(None), Freshness::Any);
    let before = world.pods().list(list.clone()).await.unwrap();
    let mut quiet = world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    world.node.flow(false);
    world.delete("/registry/pods/ns/gone").await;
    world.put("/registry/pods/ns/new", pod("a", "n")).await;
    tokio::task::yield_now().await;
    world.put("/registry/pods/ns/new", pod("b", "n")).await;
    let new = world.put("/registry/pods/ns/new", pod("c", "n")).await;
    world.node.memory.lose_leader();
    world.node.compact().await;
    // The stream holds what it had taken; that breaks off here.
    world.node.flow(true);
    let list = ListRequest { freshness: Freshness::Latest, ..list };
    let after = world.pods().list(list).await.unwrap();
    assert_eq!(names(&after), ["ns/new", "ns/same"]);
    assert_eq!(after.revision(), new);
    let same = b"/registry/pods/ns/same";
    assert_eq!(before.get(same).unwrap().id(), after.get(same).unwrap().id());
    loop {
        match quiet.next().await {
            Delivery::Event(_) => {}
            Delivery::Ended(Ending::Expired) => break,
            other => panic!("{other:?}"),
        }
    }
    let too_old = world.pods().watch(WatchRequest::new(Start::After(Revision::FIRST))).await;
    assert!(matches!(too_old, Err(Error::Expired { .. })), "{too_old:?}");
}

#[tokio::test(start_paused = true)]
async fn watches_can_start_before_this_process_did() {
    let node = Node::new();
    let start = node.put("/registry/pods/ns/p", pod("a", "n1")).await;
    let changed = node.put("/registry/pods/ns/p", pod("a", "n2")).await;
    let deleted = node.delete("/registry/pods/ns/p").await;
    node.put("/registry/configmaps/ns/c", "{}").await;
    let world = World::on(node, config()).await;
    let mut watcher = world.pods().watch(WatchRequest::new(Start::After(start))).await.unwrap();
    assert_eq!(next_event(&mut watcher).await, (EventKind::Modified, "ns/p".into(), changed, changed));
    assert_eq!(next_event(&mut watcher).await, (EventKind::Deleted, "ns/p".into(), deleted, changed));
    assert!(watcher.try_next().is_none());
}

#[tokio::test(start_paused = true)]
async fn history_reaches_back_to_what_is_compacted() {
    let node = Node::new();
    let first = node.put("/registry/pods/ns/p", pod("a", "n1")).await;
    let second = node.put("/registry/pods/ns/p", pod("a", "n2")).await;
    pintle_storage::Storage::compact(&*node, second).await.unwrap();
    let third = node.put("/registry/pods/ns/p", pod("a", "n3")).await;
    let world = World::on(node, config()).await;
    let expired = world.pods().watch(WatchRequest::new(Start::After(first))).await.unwrap_err();
    assert_eq!(expired, Error::Expired { oldest: second });
    let mut watcher = world.pods().watch(WatchRequest::new(Start::After(second))).await.unwrap();
    assert_eq!(next_event(&mut watcher).await, (EventKind::Modified, "ns/p".into(), third, third));
}

#[tokio::test(start_paused = true)]
async fn losing_storage_for_long_ends_watchers_until_it_is_back() {
    let world = World::new().await;
    let mut watcher = world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    world.node.flow(false);
    world.node.memory.lose_leader();
    assert!(matches!(watcher.next().await, Delivery::Ended(Ending::StorageLost)));
    assert!(!world.cache.is_ready());
    let refused = world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await;
    assert!(matches!(refused, Err(Error::NotReady)));
    world.node.flow(true);
    world.cache.wait_ready().await;
    let mut watcher = world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    world.put("/registry/pods/ns/p", pod("a", "n")).await;
    assert_eq!(next_event(&mut watcher).await.0, EventKind::Added);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_every_watch_and_every_task() {
    let world = World::new().await;
    let mut watcher = world.pods().watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    world.tasks.close();
    world.stop.cancel();
    tokio::time::timeout(Duration::from_secs(60), world.tasks.wait()).await.unwrap();
    assert!(matches!(watcher.next().await, Delivery::Ended(Ending::Stopped)));
    let found = world.pods().get(b"/registry/pods/ns/p", Freshness::Latest).await;
    assert!(matches!(found, Err(Error::Storage(_))), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn before_it_is_loaded_reads_wait_and_then_say_so() {
    let node = Node::new();
    node.flow(false);
    node.put("/registry/pods/ns/p", pod("a", "n")).await;
    // History does not flow, so loading takes as long as that may take.
    let world = World::start(node, config());
    assert!(!world.cache.is_ready());
    let refused = world.pods().get(b"/registry/pods/ns/p", Freshness::Any).await.unwrap_err();
    assert_eq!(refused, Error::NotReady);
    let found = world.pods().get(b"/registry/pods/ns/p", Freshness::Latest).await.unwrap();
    assert!(found.entry.is_some(), "storage was asked");
    world.cache.wait_ready().await;
    assert!(world.pods().get(b"/registry/pods/ns/p", Freshness::Any).await.unwrap().entry.is_some());
}
