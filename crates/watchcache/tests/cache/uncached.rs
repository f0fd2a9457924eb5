//! A lane that keeps no entries: the same answers, from storage and from the stream.

use std::sync::atomic::Ordering;

use pintle_storage::Revision;
use pintle_watchcache::{
    Config, Delivery, Error, EventKind, Freshness, Interest, ListRequest, Start, WatchRequest,
};

use crate::world::{Node, World, config, names, next_event};

#[tokio::test(start_paused = true)]
async fn events_are_read_from_storage_and_watched_here() {
    let node = Node::new();
    let first = node.put("/registry/events/ns/e", r#"{"v":1}"#).await;
    let world = World::on(node, config()).await;
    let events = world.cache.resource("events");
    assert!(!events.is_cached());
    let found = events.get(&events.key(Some("ns"), "e"), Freshness::Any).await.unwrap();
    assert_eq!(found.entry.as_ref().map(|entry| entry.mod_revision()), Some(first));
    assert_eq!(found.entry.unwrap().id(), None);
    let start = Start::InitialThenLive(Freshness::Latest);
    let mut watcher = events.watch(WatchRequest::new(start)).await.unwrap();
    let mut other =
        events.watch(WatchRequest::new(start).interest(Interest::namespace("other"))).await.unwrap();
    assert_eq!(next_event(&mut watcher).await, (EventKind::Added, "ns/e".into(), first, first));
    assert!(matches!(watcher.next().await, Delivery::InitialEventsEnd(_)));
    assert!(matches!(other.next().await, Delivery::InitialEventsEnd(_)));
    let changed = world.put("/registry/events/ns/e", r#"{"v":2}"#).await;
    let deleted = world.delete("/registry/events/ns/e").await;
    assert_eq!(next_event(&mut watcher).await, (EventKind::Modified, "ns/e".into(), changed, changed));
    assert_eq!(next_event(&mut watcher).await, (EventKind::Deleted, "ns/e".into(), deleted, changed));
    assert!(other.try_next().is_none());
    assert_eq!(world.cache.stats().entries, 0);
    let mut past = events.watch(WatchRequest::new(Start::After(first))).await.unwrap();
    assert_eq!(next_event(&mut past).await, (EventKind::Modified, "ns/e".into(), changed, changed));
}

#[tokio::test(start_paused = true)]
async fn lists_of_events_read_no_more_than_is_asked_for() {
    let node = Node::new();
    for number in 0..50 {
        node.put(&format!("/registry/events/ns/e{number:02}"), "{}").await;
    }
    let world = World::on(node, Config { page_size: 8, ..config() }).await;
    let events = world.cache.resource("events");
    let all = ListRequest::new(events.range(None), Freshness::Latest);
    let ranges = || world.node.ranges.load(Ordering::SeqCst);
    let before = ranges();
    let snapshot = events.list(all.clone()).await.unwrap();
    assert_eq!((names(&snapshot).len(), snapshot.count(), snapshot.beyond()), (50, 50, 0));
    assert_eq!(ranges() - before, 7);
    let before = ranges();
    let snapshot = events.list(all.clone().limit(5)).await.unwrap();
    assert_eq!((names(&snapshot).len(), snapshot.count(), snapshot.beyond()), (5, 50, 45));
    assert_eq!(snapshot.count_after(b"/registry/events/ns/e01"), 48);
    assert_eq!(ranges() - before, 1);
    let snapshot = events.list(all.limit(20)).await.unwrap();
    assert_eq!((names(&snapshot).len(), snapshot.beyond()), (20, 30));
}

#[tokio::test(start_paused = true)]
async fn revisions_of_events_are_storages_business() {
    let world = World::new().await;
    let events = world.cache.resource("events");
    let list = |freshness| events.list(ListRequest::new(events.range(None), freshness));
    let first = world.put("/registry/events/ns/e", "{}").await;
    let second = world.delete("/registry/events/ns/e").await;
    assert_eq!(list(Freshness::Exact(first)).await.unwrap().count(), 1);
    assert_eq!(list(Freshness::Exact(second)).await.unwrap().revision(), second);
    let asked = Revision::new(1 << 40);
    for freshness in [Freshness::Exact(asked), Freshness::NotOlderThan(asked)] {
        assert!(matches!(list(freshness).await, Err(Error::TooLargeRevision { .. })));
    }
    world.node.compact().await;
    assert_eq!(list(Freshness::Exact(first)).await.unwrap_err(), Error::Expired { oldest: second });
}
