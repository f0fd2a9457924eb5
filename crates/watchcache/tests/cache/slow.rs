//! Slow watchers expire, alone; quiet ones never do.

use pintle_watchcache::{Config, Delivery, Ending, EventKind, Freshness, Interest, Start, WatchRequest};

use crate::world::{Node, World, app_is, config, next_event, pod, settle};

async fn small_world() -> World {
    World::on(Node::new(), Config { ring_bytes: 20_000, ..config() }).await
}

async fn churn(world: &World, rounds: usize) {
    for round in 0..rounds {
        world.put(&format!("/registry/pods/busy/p{}", round % 10), pod("a", "n")).await;
        if round % 10 == 0 {
            settle(&world.pods()).await;
        }
    }
    settle(&world.pods()).await;
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_passed_and_nobody_else_is() {
    let world = small_world().await;
    let pods = world.pods();
    let live = || WatchRequest::new(Start::Live(Freshness::Any));
    let mut stuck = pods.watch(live()).await.unwrap();
    let mut reading = pods.watch(live()).await.unwrap();
    let mut quiet = pods.watch(live().interest(Interest::namespace("quiet"))).await.unwrap();
    let mut reader = tokio::task::JoinSet::new();
    reader.spawn(async move {
        for _ in 0..1000 {
            next_event(&mut reading).await;
        }
    });
    churn(&world, 1000).await;
    reader.join_next().await.unwrap().unwrap();
    assert!(matches!(stuck.next().await, Delivery::Ended(Ending::Expired)));
    assert!(matches!(stuck.next().await, Delivery::Ended(Ending::Expired)), "and stays so");
    let written = world.put("/registry/pods/quiet/p", pod("a", "n")).await;
    assert_eq!(next_event(&mut quiet).await, (EventKind::Added, "quiet/p".into(), written, written));
}

#[tokio::test(start_paused = true)]
async fn the_last_event_in_hand_is_no_pending_event() {
    let world = small_world().await;
    let pods = world.pods();
    let request = WatchRequest::new(Start::Live(Freshness::Any)).interest(Interest::namespace("quiet"));
    let mut slow = pods.watch(request).await.unwrap();
    let written = world.put("/registry/pods/quiet/p", pod("a", "n")).await;
    assert_eq!(next_event(&mut slow).await.2, written);
    // It is busy with that one while everything around it goes by.
    churn(&world, 1000).await;
    let written = world.put("/registry/pods/quiet/p", pod("a", "n")).await;
    assert_eq!(next_event(&mut slow).await, (EventKind::Modified, "quiet/p".into(), written, written));
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_never_matches_costs_nobody_its_place() {
    let world = small_world().await;
    let pods = world.pods();
    let request = WatchRequest::new(Start::Live(Freshness::Any)).filter(app_is("other"));
    let mut watcher = pods.watch(request).await.unwrap();
    let mut reader = tokio::task::JoinSet::new();
    reader.spawn(async move { next_event(&mut watcher).await });
    churn(&world, 1000).await;
    let written = world.put("/registry/pods/busy/x", pod("other", "n")).await;
    let told = reader.join_next().await.unwrap().unwrap();
    assert_eq!(told, (EventKind::Added, "busy/x".into(), written, written));
}

#[tokio::test(start_paused = true)]
async fn who_reads_its_list_too_slowly_loses_it() {
    let world = small_world().await;
    let pods = world.pods();
    for number in 0..100 {
        world.put(&format!("/registry/pods/quiet/p{number}"), pod("a", "n")).await;
    }
    settle(&pods).await;
    let request = WatchRequest::new(Start::InitialThenLive(Freshness::Any));
    let quiet = request.clone().interest(Interest::namespace("quiet"));
    let mut all = pods.watch(request).await.unwrap();
    let mut quiet = pods.watch(quiet).await.unwrap();
    next_event(&mut all).await;
    next_event(&mut quiet).await;
    churn(&world, 1000).await;
    for watcher in [&mut all, &mut quiet] {
        let ending = loop {
            match watcher.next().await {
                Delivery::Event(_) => {}
                Delivery::Ended(ending) => break ending,
                Delivery::InitialEventsEnd(_) => panic!("the list was taken away"),
            }
        };
        assert_eq!(ending, Ending::Expired);
    }
}
