//! Who is woken, and who is not.

use pintle_watchcache::{Freshness, Interest, ListRequest, Snapshot, Start, WatchRequest};

use crate::world::{World, drain, pod, settle};

async fn wakes(world: &World, interest: Interest, writes: &[(&str, &str)]) -> (u64, usize) {
    let pods = world.pods();
    settle(&pods).await;
    let request = WatchRequest::new(Start::Live(Freshness::Any)).interest(interest);
    let mut watcher = pods.watch(request).await.unwrap();
    let before = world.cache.stats().wakes;
    let mut events = 0;
    for (name, node) in writes {
        world.put(&format!("/registry/pods/{name}"), pod("a", node)).await;
        settle(&pods).await;
        events += drain(&mut watcher).len();
    }
    (world.cache.stats().wakes - before, events)
}

#[tokio::test(start_paused = true)]
async fn only_who_is_concerned_is_woken() {
    let world = World::new().await;
    let all = Interest::default();
    let named = Interest::default().named("p");
    let object = Interest::namespace("a").named("p");
    let node = Interest::field("spec.nodeName", "n1");
    let both = Interest { namespace: Some("a".into()), ..node.clone() };
    let writes = [("a/p", "n1"), ("b/p", "n1"), ("a/q", "n2"), ("b/p", "n2"), ("b/q", "n3")];
    assert_eq!(wakes(&world, all, &writes).await, (5, 5));
    assert_eq!(wakes(&world, Interest::namespace("a"), &writes).await, (2, 2));
    assert_eq!(wakes(&world, Interest::namespace("c"), &writes).await, (0, 0));
    assert_eq!(wakes(&world, named, &writes).await, (3, 3));
    assert_eq!(wakes(&world, object, &writes).await, (1, 1));
    // Also the one that leaves the node.
    assert_eq!(wakes(&world, node, &writes).await, (3, 3));
    // Looked up by the field alone, and then looked at.
    assert_eq!(wakes(&world, both, &writes).await, (3, 1));
}

fn names(list: &Snapshot) -> Vec<String> {
    list.iter().map(|entry| format!("{}/{}", entry.namespace(), entry.name())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_list_by_an_indexed_field_holds_those_alone_at_any_revision() {
    let world = World::new().await;
    let pods = world.pods();
    let on = |node: &str, freshness| {
        let field = Some(("spec.nodeName".into(), node.into()));
        pods.list(ListRequest::new(pods.range(None), freshness).field(field))
    };
    world.put("/registry/pods/b/p", pod("a", "n1")).await;
    world.put("/registry/pods/a/p", pod("a", "n1")).await;
    world.put("/registry/pods/a/q", pod("a", "n2")).await;
    let then = world.put("/registry/pods/a/r", pod("a", "n1")).await;
    world.put("/registry/pods/a/p", pod("a", "n2")).await;
    world.delete("/registry/pods/a/r").await;
    assert_eq!(names(&on("n1", Freshness::Latest).await.unwrap()), ["b/p"]);
    assert_eq!(names(&on("n2", Freshness::Latest).await.unwrap()), ["a/p", "a/q"]);
    assert!(names(&on("n3", Freshness::Latest).await.unwrap()).is_empty());
    assert_eq!(names(&on("n1", Freshness::Exact(then)).await.unwrap()), ["a/p", "a/r", "b/p"]);
    let in_a = ListRequest::new(pods.range(Some("a")), Freshness::Exact(then));
    let in_a = in_a.field(Some(("spec.nodeName".into(), "n1".into())));
    assert_eq!(names(&pods.list(in_a).await.unwrap()), ["a/p", "a/r"]);
    // Of a field that is not indexed nothing is known here.
    let other = ListRequest::new(pods.range(None), Freshness::Latest).field(Some(("a".into(), "b".into())));
    assert_eq!(names(&pods.list(other).await.unwrap()).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_is_awake_is_not_woken_again() {
    let world = World::new().await;
    let pods = world.pods();
    let mut watcher = pods.watch(WatchRequest::new(Start::Live(Freshness::Any))).await.unwrap();
    let before = world.cache.stats().wakes;
    for _ in 0..100 {
        world.put("/registry/pods/ns/p", pod("a", "n")).await;
        settle(&pods).await;
    }
    assert_eq!(world.cache.stats().wakes - before, 1);
    assert_eq!(drain(&mut watcher).len(), 100);
}

#[tokio::test(start_paused = true)]
async fn watchers_leave_no_trace() {
    let world = World::new().await;
    let pods = world.pods();
    let mut watchers = Vec::new();
    for number in 0..300 {
        let interest = match number % 5 {
            0 => Interest::default(),
            1 => Interest::namespace("a"),
            2 => Interest::default().named(format!("p{number}")),
            3 => Interest::namespace("a").named("p"),
            _ => Interest::field("spec.nodeName", "n1"),
        };
        let start = Start::InitialThenLive(Freshness::Any);
        watchers.push(pods.watch(WatchRequest::new(start).interest(interest)).await.unwrap());
    }
    world.put("/registry/pods/a/p", pod("a", "n1")).await;
    settle(&pods).await;
    let stats = world.cache.stats();
    assert_eq!((stats.watchers, stats.sleeping), (300, 60), "all but those with another name are awake");
    // In an order in which sleepers and the awake mix.
    while !watchers.is_empty() {
        watchers.swap_remove(watchers.len() * 7919 % 31 % watchers.len());
    }
    let stats = world.cache.stats();
    assert_eq!((stats.watchers, stats.sleeping), (0, 0));
}
