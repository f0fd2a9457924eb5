//! Where watches begin, what they are told, and what a bookmark may say.

use pintle_storage::{Op, Revision, Storage, Txn};
use pintle_watchcache::{Delivery, EventKind, Freshness, Interest, Start, WatchRequest};

use crate::world::{World, app_is, drain, next_event, pod, settle, told};
use EventKind::{Added, Deleted, Modified};

#[tokio::test(start_paused = true)]
async fn from_the_past_into_the_present() {
    let world = World::new().await;
    let pods = world.pods();
    let first = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let second = world.put("/registry/pods/ns/p", pod("b", "n")).await;
    settle(&pods).await;
    let mut watcher = pods.watch(WatchRequest::new(Start::After(first))).await.unwrap();
    let third = world.delete("/registry/pods/ns/p").await;
    let fourth = world.put("/registry/pods/ns/p", pod("c", "n")).await;
    assert_eq!(next_event(&mut watcher).await, (Modified, "ns/p".into(), second, second));
    assert_eq!(next_event(&mut watcher).await, (Deleted, "ns/p".into(), third, second));
    assert_eq!(next_event(&mut watcher).await, (Added, "ns/p".into(), fourth, fourth));
}

#[tokio::test(start_paused = true)]
async fn from_a_revision_yet_to_come() {
    let world = World::new().await;
    let pods = world.pods();
    let now = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let mut watcher = pods.watch(WatchRequest::new(Start::After(now.next().next()))).await.unwrap();
    for _ in 0..2 {
        world.put("/registry/pods/ns/p", pod("a", "n")).await;
    }
    let third = world.put("/registry/pods/ns/p", pod("a", "n")).await;
    assert_eq!(next_event(&mut watcher).await.2, third);
}

#[tokio::test(start_paused = true)]
async fn with_the_objects_that_are_there_first() {
    let world = World::new().await;
    let pods = world.pods();
    for number in 0..100 {
        world.put(&format!("/registry/pods/ns/p{number:02}"), pod(["a", "b"][number % 2], "n")).await;
    }
    let start = Start::InitialThenLive(Freshness::Latest);
    let request = WatchRequest::new(start).filter(app_is("a"));
    let mut watcher = pods.watch(request).await.unwrap();
    assert_eq!(watcher.bookmark_revision(), None, "not while the list is being read out");
    let live = world.put("/registry/pods/ns/p00", pod("a", "m")).await;
    for number in (0..100).step_by(2) {
        let (kind, name, revision, shown) = next_event(&mut watcher).await;
        assert_eq!((kind, name, revision), (Added, format!("ns/p{number:02}"), shown));
    }
    let Delivery::InitialEventsEnd(revision) = watcher.next().await else { panic!("the end is told") };
    assert_eq!(revision.next(), live);
    assert_eq!(next_event(&mut watcher).await, (Modified, "ns/p00".into(), live, live));
}

#[tokio::test(start_paused = true)]
async fn an_empty_beginning_ends_at_once() {
    let world = World::new().await;
    let start = Start::InitialThenLive(Freshness::Any);
    let mut watcher = world.pods().watch(WatchRequest::new(start)).await.unwrap();
    assert!(matches!(watcher.next().await, Delivery::InitialEventsEnd(_)));
    assert!(watcher.try_next().is_none());
}

#[tokio::test(start_paused = true)]
async fn entering_adds_and_leaving_deletes_with_what_was_seen_last() {
    let world = World::new().await;
    let pods = world.pods();
    let request = WatchRequest::new(Start::Live(Freshness::Any)).filter(app_is("a"));
    let mut watcher = pods.watch(request).await.unwrap();
    let key = "/registry/pods/ns/p";
    world.put(key, pod("b", "n")).await;
    let entered = world.put(key, pod("a", "n")).await;
    let changed = world.put(key, pod("a", "m")).await;
    let left = world.put(key, pod("b", "m")).await;
    world.delete(key).await;
    let back = world.put(key, pod("a", "n")).await;
    let deleted = world.delete(key).await;
    assert_eq!(next_event(&mut watcher).await, (Added, "ns/p".into(), entered, entered));
    assert_eq!(next_event(&mut watcher).await, (Modified, "ns/p".into(), changed, changed));
    assert_eq!(next_event(&mut watcher).await, (Deleted, "ns/p".into(), left, changed));
    assert_eq!(next_event(&mut watcher).await, (Added, "ns/p".into(), back, back));
    assert_eq!(next_event(&mut watcher).await, (Deleted, "ns/p".into(), deleted, back));
}

#[tokio::test(start_paused = true)]
async fn a_field_is_entered_and_left_too() {
    let world = World::new().await;
    let pods = world.pods();
    let request = |node: &str| {
        WatchRequest::new(Start::Live(Freshness::Any)).interest(Interest::field("spec.nodeName", node))
    };
    let mut unscheduled = pods.watch(request("")).await.unwrap();
    let mut scheduled = pods.watch(request("n1")).await.unwrap();
    let created = world.put("/registry/pods/ns/p", r#"{"spec":{}}"#).await;
    let bound = world.put("/registry/pods/ns/p", pod("a", "n1")).await;
    assert_eq!(next_event(&mut unscheduled).await, (Added, "ns/p".into(), created, created));
    assert_eq!(next_event(&mut unscheduled).await, (Deleted, "ns/p".into(), bound, created));
    assert_eq!(next_event(&mut scheduled).await, (Added, "ns/p".into(), bound, bound));
}

#[tokio::test(start_paused = true)]
async fn all_changes_of_a_revision_come_together() {
    let world = World::new().await;
    let pods = world.pods();
    let mut watcher = pods.watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    let mut txn = Txn::new();
    for number in 0..5 {
        txn = txn.then(Op::put(format!("/registry/pods/ns/p{number}"), pod("a", "n")));
        txn = txn.then(Op::put(format!("/registry/configmaps/ns/c{number}"), "{}"));
    }
    let revision = world.node.txn(txn).await.unwrap().revision;
    let mut safe = watcher.bookmark_revision().unwrap();
    for number in 0..5 {
        assert!(safe < revision, "only some are delivered");
        assert_eq!(next_event(&mut watcher).await.1, format!("ns/p{number}"));
        safe = watcher.bookmark_revision().unwrap();
    }
    assert_eq!(safe, revision);
}

#[tokio::test(start_paused = true)]
async fn bookmarks_follow_the_lane_even_when_nothing_concerns_the_watcher() {
    let world = World::new().await;
    let pods = world.pods();
    let request = WatchRequest::new(Start::Live(Freshness::Any)).interest(Interest::namespace("quiet"));
    let mut watcher = pods.watch(request).await.unwrap();
    world.put("/registry/pods/ns/p", pod("a", "n")).await;
    let last = world.put("/registry/configmaps/ns/c", "{}").await;
    settle(&pods).await;
    assert_eq!(watcher.bookmark_revision(), Some(last));
    // What was written to another lane arrives as progress, without anybody reading.
    let other = world.put("/registry/events/ns/e", "{}").await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(watcher.bookmark_revision(), Some(other));
    let pending = world.put("/registry/pods/quiet/p", pod("a", "n")).await;
    settle(&pods).await;
    assert_eq!(watcher.bookmark_revision(), Some(Revision::new(pending.get() - 1)));
    assert_eq!(next_event(&mut watcher).await.2, pending);
    assert_eq!(watcher.bookmark_revision(), Some(pending));
}

#[tokio::test(start_paused = true)]
async fn giving_up_on_next_loses_nothing() {
    let world = World::new().await;
    let pods = world.pods();
    let mut watcher = pods.watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    let mut seen = Vec::new();
    for number in 0..200u64 {
        let written = world.put("/registry/pods/ns/p", pod("a", "n")).await;
        // Sometimes before, sometimes after the event is there.
        for _ in 0..number % 4 {
            tokio::select! {
                biased;
                told_now = watcher.next() => match told_now {
                    Delivery::Event(event) => seen.push(told(&event).2),
                    other => panic!("{other:?}"),
                },
                () = tokio::task::yield_now() => {}
            }
        }
        if number == 199 {
            settle(&pods).await;
            seen.extend(drain(&mut watcher).iter().map(|told_late| match told_late {
                Delivery::Event(event) => event.revision,
                other => panic!("{other:?}"),
            }));
            assert_eq!(seen.last(), Some(&written));
        }
    }
    assert_eq!(seen.len(), 200);
    assert!(seen.is_sorted_by(|a, b| a.next() == *b));
}
