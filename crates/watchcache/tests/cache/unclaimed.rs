//! Keys that no resource claims, and what happens when one does.

use pintle_storage::Revision;
use pintle_watchcache::{Config, EventKind, Freshness, ListRequest, ResourceConfig, Start, WatchRequest};

use crate::world::{Node, World, config, names, next_event, settle};

#[tokio::test(start_paused = true)]
async fn a_claimed_prefix_has_its_objects_and_its_past() {
    let node = Node::new();
    node.put("/registry/example.com/widgets/ns/a", "{}").await;
    let world = World::on(node, config()).await;
    let before = world.put("/registry/example.com/widgets/ns/b", r#"{"v":1}"#).await;
    let changed = world.put("/registry/example.com/widgets/ns/b", r#"{"v":2}"#).await;
    world.put("/registry/example.com/others/ns/c", "{}").await;
    settle(&world.pods()).await;
    let widgets = world.cache.add_prefix(ResourceConfig::new("example.com/widgets"));
    let snapshot = widgets.list(ListRequest::new(widgets.range(None), Freshness::Any)).await.unwrap();
    assert_eq!(names(&snapshot), ["ns/a", "ns/b"]);
    let mut watcher = widgets.watch(WatchRequest::new(Start::After(before))).await.unwrap();
    assert_eq!(next_event(&mut watcher).await, (EventKind::Modified, "ns/b".into(), changed, changed));
    let live = world.put("/registry/example.com/widgets/c", "{}").await;
    assert_eq!(next_event(&mut watcher).await, (EventKind::Added, "/c".into(), live, live));
    let others = world.cache.resource("example.com/others");
    let snapshot = others.list(ListRequest::new(others.range(None), Freshness::Any)).await.unwrap();
    assert_eq!(names(&snapshot), ["ns/c"]);
}

#[tokio::test(start_paused = true)]
async fn values_beyond_the_limit_are_read_when_they_are_claimed() {
    let node = Node::new();
    for number in 0..50 {
        node.put(&format!("/registry/example.com/widgets/ns/w{number:02}"), vec![b' '; 1000]).await;
    }
    let world = World::on(node, Config { unclaimed_bytes: 20_000, ..config() }).await;
    let stats = world.cache.stats();
    assert_eq!(stats.entries, 50);
    assert!(stats.entry_bytes < 35_000, "{stats:?}");
    world.put("/registry/example.com/widgets/ns/w49", "{}").await;
    settle(&world.pods()).await;
    let widgets = world.cache.resource("example.com/widgets");
    let written = world.put("/registry/example.com/widgets/ns/w48", "{}").await;
    let list = ListRequest::new(widgets.range(None), Freshness::NotOlderThan(written));
    let snapshot = widgets.list(list).await.unwrap();
    assert_eq!(snapshot.count(), 50);
    for entry in snapshot.iter() {
        let length = entry.value().unwrap().len();
        assert_eq!(length, if entry.name() >= "w48" { 2 } else { 1000 }, "{}", entry.name());
    }
}

#[tokio::test(start_paused = true)]
async fn other_fields_end_the_watches_and_nothing_else() {
    let world = World::new().await;
    let first = world.put("/registry/pods/ns/p", "{}").await;
    settle(&world.pods()).await;
    let request = WatchRequest::new(Start::Live(Freshness::Any));
    let mut watcher = world.pods().watch(request).await.unwrap();
    let same = world.cache.add_prefix(config().resources.remove(0));
    assert!(watcher.try_next().is_none(), "the same fields change nothing");
    drop(same);
    let pods = world.cache.add_prefix(ResourceConfig::new("pods"));
    assert!(matches!(
        watcher.next().await,
        pintle_watchcache::Delivery::Ended(pintle_watchcache::Ending::Stopped)
    ));
    let start = Start::After(Revision::new(first.get() - 1));
    let mut watcher = pods.watch(WatchRequest::new(start)).await.unwrap();
    assert_eq!(next_event(&mut watcher).await.2, first);
}
