//! Lists at exact revisions: from roots and the ring, then from storage, then not at all.

use std::sync::atomic::Ordering;

use pintle_storage::Revision;
use pintle_watchcache::{Config, Error, Freshness, ListRequest};

use crate::world::{Node, World, config, names, pod, settle};

#[tokio::test(start_paused = true)]
async fn every_revision_in_the_ring_can_be_listed_without_storage() {
    let world = World::new().await;
    let pods = world.pods();
    let mut states: Vec<(Revision, Vec<String>)> = Vec::new();
    let mut state = std::collections::BTreeSet::new();
    for number in 0u64..2000 {
        let name = format!("ns/p{:02}", number * 7919 % 61);
        let key = format!("/registry/pods/{name}");
        let revision = if number % 3 == 0 && state.remove(&name) {
            world.delete(&key).await
        } else {
            state.insert(name);
            world.put(&key, pod("a", "n")).await
        };
        states.push((revision, state.iter().cloned().collect()));
    }
    settle(&pods).await;
    let ranges = world.node.ranges.load(Ordering::SeqCst);
    for (revision, state) in &states {
        let list = ListRequest::new(pods.range(None), Freshness::Exact(*revision));
        let snapshot = pods.list(list).await.unwrap();
        assert_eq!((snapshot.revision(), &names(&snapshot)), (*revision, state));
        assert!(snapshot.iter().all(|entry| entry.mod_revision() <= *revision));
    }
    assert_eq!(world.node.ranges.load(Ordering::SeqCst), ranges);
    let stats = world.cache.stats();
    assert!(stats.roots > 3, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_ring_has_passed_is_read_from_storage_until_it_is_compacted() {
    let world = World::on(Node::new(), Config { ring_bytes: 2000, ..config() }).await;
    let pods = world.pods();
    let old = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    for _ in 0..100 {
        world.put("/registry/pods/ns/q", pod("a", "n")).await;
    }
    settle(&pods).await;
    let list = ListRequest::new(pods.range(None), Freshness::Exact(old));
    let ranges = world.node.ranges.load(Ordering::SeqCst);
    let snapshot = pods.list(list.clone()).await.unwrap();
    assert_eq!(names(&snapshot), ["ns/p"]);
    assert_eq!(snapshot.revision(), old);
    assert!(world.node.ranges.load(Ordering::SeqCst) > ranges);
    world.node.compact().await;
    assert!(matches!(pods.list(list).await, Err(Error::Expired { .. })));
    assert!(matches!(
        pods.get(b"/registry/pods/ns/p", Freshness::Exact(old)).await,
        Err(Error::Expired { .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn rings_and_roots_keep_to_their_bytes_and_the_busy_give_first() {
    let world = World::on(Node::new(), Config { ring_bytes: 100_000, root_bytes: 20_000, ..config() }).await;
    let start = world.put("/registry/configmaps/ns/c", "{}").await;
    world.put("/registry/configmaps/ns/c", "{}").await;
    for number in 0..5000 {
        world.put(&format!("/registry/pods/ns/p{}", number % 100), pod("a", "n")).await;
        if number % 500 == 0 {
            settle(&world.pods()).await;
        }
    }
    settle(&world.pods()).await;
    let stats = world.cache.stats();
    assert!(stats.ring_bytes <= 100_000 && stats.ring_bytes > 50_000, "{stats:?}");
    assert!(stats.root_bytes <= 20_000, "{stats:?}");
    let configmaps = world.cache.resource("configmaps");
    let exact = ListRequest::new(configmaps.range(None), Freshness::Exact(start));
    let ranges = world.node.ranges.load(Ordering::SeqCst);
    assert_eq!(configmaps.list(exact).await.unwrap().count(), 1);
    assert_eq!(world.node.ranges.load(Ordering::SeqCst), ranges, "the quiet keep their past");
}
