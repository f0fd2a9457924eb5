//! Gets and lists at all freshnesses.

use std::time::Duration;

use pintle_storage::{KeyRange, Revision, key};
use pintle_watchcache::{Error, Freshness, ListRequest};
use tokio::time::Instant;

use crate::world::{World, names, pod, settle};

#[tokio::test(start_paused = true)]
async fn a_get_waits_for_the_revision_it_names() {
    let world = World::new().await;
    let pods = world.pods();
    let key = pods.key(Some("ns"), "p");
    let revision = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let found = pods.get(&key, Freshness::NotOlderThan(revision)).await.unwrap();
    assert_eq!((found.revision, found.entry.unwrap().mod_revision()), (revision, revision));
    let deleted = world.delete("/registry/pods/ns/p").await;
    let found = pods.get(&key, Freshness::NotOlderThan(deleted)).await.unwrap();
    assert!(found.entry.is_none());
    // A past revision of one object, from the ring.
    let found = pods.get(&key, Freshness::Exact(revision)).await.unwrap();
    assert_eq!((found.revision, found.entry.unwrap().mod_revision()), (revision, revision));
}

#[tokio::test(start_paused = true)]
async fn a_revision_that_does_not_come_is_too_large_after_three_seconds() {
    let world = World::new().await;
    let current = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let asked = Revision::new(1_000_000);
    let start = Instant::now();
    let refused = world.pods().get(b"/registry/pods/ns/p", Freshness::NotOlderThan(asked)).await;
    assert_eq!(refused.unwrap_err(), Error::TooLargeRevision { asked, current });
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    let list = ListRequest::new(world.pods().range(None), Freshness::Exact(asked));
    assert!(matches!(world.pods().list(list).await, Err(Error::TooLargeRevision { .. })));
    // Meanwhile progress was asked for every now and then, not all the time.
    let asked = world.node.progress.load(std::sync::atomic::Ordering::SeqCst);
    assert!((50..80).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn lists_go_by_namespace_and_from_key_to_key() {
    let world = World::new().await;
    for name in ["a/x", "a/y", "a/z", "a-b/x", "b/x"] {
        world.put(&format!("/registry/pods/{name}"), pod("a", "n")).await;
    }
    let pods = world.pods();
    settle(&pods).await;
    let list = |range: KeyRange| ListRequest::new(range, Freshness::Any);
    let all = pods.list(list(pods.range(None))).await.unwrap();
    assert_eq!(names(&all), ["a-b/x", "a/x", "a/y", "a/z", "b/x"]);
    let some = pods.list(list(pods.range(Some("a")))).await.unwrap();
    assert_eq!(names(&some), ["a/x", "a/y", "a/z"]);
    assert!(some.get(b"/registry/pods/b/x").is_none());
    let after: Vec<_> = some.iter_after(b"/registry/pods/a/x").map(|entry| entry.name()).collect();
    assert_eq!(after, ["y", "z"]);
    assert_eq!((some.count(), some.count_after(b"/registry/pods/a/y"), some.beyond()), (3, 1, 0));
    let one = pods.list(list(KeyRange::key(pods.key(Some("a"), "y")))).await.unwrap();
    assert_eq!(names(&one), ["a/y"]);
    assert_eq!(one.iter_after(b"/registry/pods/a/y").count(), 0);
    assert_eq!(pods.list(list(KeyRange::between("/z", "/a"))).await.unwrap().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_stays_what_it_was() {
    let world = World::new().await;
    let pods = world.pods();
    for number in 0..100 {
        world.put(&format!("/registry/pods/ns/p{number:03}"), pod("a", "n")).await;
    }
    settle(&pods).await;
    let snapshot = pods.list(ListRequest::new(pods.range(None), Freshness::Any)).await.unwrap();
    let before = names(&snapshot);
    let mut reading = snapshot.iter();
    let first = reading.next().unwrap().name().to_owned();
    for number in (0..100).step_by(2) {
        world.delete(&format!("/registry/pods/ns/p{number:03}")).await;
        world.put(&format!("/registry/pods/ns/q{number:03}"), pod("a", "n")).await;
    }
    settle(&pods).await;
    assert_eq!(first, "p000");
    assert_eq!(reading.count(), 99);
    assert_eq!(names(&snapshot), before);
}

#[tokio::test(start_paused = true)]
async fn pages_at_an_exact_revision_fit_together() {
    let world = World::new().await;
    let pods = world.pods();
    for number in 0..10 {
        world.put(&format!("/registry/pods/ns/p{number}"), pod("a", "n")).await;
    }
    settle(&pods).await;
    let first = pods.list(ListRequest::new(pods.range(None), Freshness::Any).limit(4)).await.unwrap();
    let page: Vec<_> = first.iter().take(4).map(|entry| entry.key().to_vec()).collect();
    for number in 0..10 {
        world.delete(&format!("/registry/pods/ns/p{number}")).await;
    }
    settle(&pods).await;
    let KeyRange::Between { end, .. } = pods.range(None) else { panic!("a prefix is between") };
    let rest = KeyRange::between(key::successor(page.last().unwrap()), end);
    let rest = pods.list(ListRequest::new(rest, Freshness::Exact(first.revision()))).await.unwrap();
    assert_eq!(rest.revision(), first.revision());
    assert_eq!(names(&rest), ["ns/p4", "ns/p5", "ns/p6", "ns/p7", "ns/p8", "ns/p9"]);
}
