//! Many watchers.

use std::sync::Arc;

use pintle_storage::Revision;
use pintle_watchcache::{Delivery, Freshness, Interest, Start, WatchRequest};
use tokio::task::JoinSet;

use crate::world::{Node, World, config, pod};

const WATCHERS: usize = 5000;
const WRITES: usize = 400;

/// What each watcher is told, with the end known by a last pod.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_is_told_everything_in_order() {
    let world = Arc::new(World::on(Node::new(), config()).await);
    let mut tasks = JoinSet::new();
    for number in 0..WATCHERS {
        let interest = match number % 4 {
            0 => Interest::default(),
            1 => Interest::namespace("a"),
            2 => Interest::field("spec.nodeName", format!("n{}", number % 50)),
            _ => Interest::default().named("last"),
        };
        let request = WatchRequest::new(Start::Live(Freshness::Any)).interest(interest);
        let mut watcher = world.pods().watch(request).await.unwrap();
        tasks.spawn(async move {
            let mut told: Vec<Revision> = Vec::new();
            loop {
                let Delivery::Event(event) = watcher.next().await else { panic!("watcher {number} ended") };
                assert!(told.last().is_none_or(|last| *last < event.revision), "watcher {number}: order");
                told.push(event.revision);
                if event.entry.name() == "last" {
                    return (number, told);
                }
            }
        });
    }
    let mut written = Vec::new();
    for number in 0..WRITES {
        let namespace = if number % 2 == 0 { "a" } else { "b" };
        let node = format!("n{}", number % 50);
        let key = format!("/registry/pods/{namespace}/p{}", number % 100);
        written.push((namespace, node.clone(), world.put(&key, pod("a", &node)).await));
    }
    // One that concerns everybody: it is of every node in turn, then of none.
    let mut lasts = Vec::new();
    for node in 0..50 {
        lasts.push((node, world.put("/registry/pods/a/last", pod("a", &format!("n{node}"))).await));
    }
    while let Some(done) = tasks.join_next().await {
        let (number, told) = done.unwrap();
        let concerns = |namespace: &str, node: &str| match number % 4 {
            0 => true,
            1 => namespace == "a",
            2 => node == format!("n{}", number % 50),
            _ => false,
        };
        let mut expected: Vec<_> =
            written.iter().filter(|(ns, node, _)| concerns(ns, node)).map(|(_, _, at)| *at).collect();
        expected.push(match number % 4 {
            2 => lasts[number % 50].1,
            _ => lasts[0].1,
        });
        assert_eq!(told, expected, "watcher {number}");
    }
}
