//! Watches: from a version on, resumed, with bookmarks, and through the runtime's own loop.

use crate::{config_map, config_maps};
use futures_util::{Stream, StreamExt, pin_mut};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::runtime::watcher::{self, watcher};
use pintle_tests::Server;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// Longer than any watch here lasts.
const EVENT_MAX: Duration = Duration::from_secs(60);

/// What kind of event it is and about whom, and its version.
fn told(event: kube::Result<WatchEvent<ConfigMap>>) -> (String, String) {
    let object = |word: &str, object: ConfigMap| {
        let name = object.metadata.name.unwrap_or_default();
        (format!("{word} {name}"), object.metadata.resource_version.unwrap_or_default())
    };
    match event.unwrap() {
        WatchEvent::Added(added) => object("added", added),
        WatchEvent::Modified(modified) => object("modified", modified),
        WatchEvent::Deleted(deleted) => object("deleted", deleted),
        WatchEvent::Bookmark(bookmark) => ("bookmark".to_owned(), bookmark.metadata.resource_version),
        WatchEvent::Error(error) => (format!("error {}", error.code), String::new()),
    }
}

async fn next(
    events: &mut (impl Stream<Item = kube::Result<WatchEvent<ConfigMap>>> + Unpin),
) -> (String, String) {
    told(timeout(EVENT_MAX, events.next()).await.expect("an event in time").expect("the stream goes on"))
}

#[tokio::test]
async fn events_come_in_order_and_a_watch_resumes_where_it_was() {
    let server = Server::start();
    let api = config_maps(&server).await;
    let from = api.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    let events = api.watch(&WatchParams::default(), &from).await.unwrap();
    pin_mut!(events);
    api.create(&PostParams::default(), &config_map("a", &[])).await.unwrap();
    let changed = Patch::Merge(json!({"data": {"k": "v"}}));
    api.patch("a", &PatchParams::default(), &changed).await.unwrap();
    assert_eq!(next(&mut events).await.0, "added a");
    let (what, seen) = next(&mut events).await;
    assert_eq!(what, "modified a");
    api.delete("a", &DeleteParams::default()).await.unwrap();
    api.create(&PostParams::default(), &config_map("b", &[])).await.unwrap();
    assert_eq!(next(&mut events).await.0, "deleted a");
    // Another one, from what the first had seen: nothing is told twice, nothing is left out.
    let resumed = api.watch(&WatchParams::default(), &seen).await.unwrap();
    pin_mut!(resumed);
    assert_eq!(next(&mut resumed).await.0, "deleted a");
    assert_eq!(next(&mut resumed).await.0, "added b");
    assert_eq!(next(&mut events).await.0, "added b");
    server.stop().await;
}

#[tokio::test]
async fn a_watch_of_a_selection_sees_objects_come_and_go() {
    let server = Server::start();
    let api = config_maps(&server).await;
    let from = api.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    let events = api.watch(&WatchParams::default().labels("on=yes"), &from).await.unwrap();
    pin_mut!(events);
    api.create(&PostParams::default(), &config_map("a", &[])).await.unwrap();
    for value in ["yes", "no"] {
        let label = Patch::Merge(json!({"metadata": {"labels": {"on": value}}}));
        api.patch("a", &PatchParams::default(), &label).await.unwrap();
    }
    assert_eq!(next(&mut events).await.0, "added a");
    assert_eq!(next(&mut events).await.0, "deleted a");
    server.stop().await;
}

#[tokio::test]
async fn the_runtime_s_watcher_lists_and_follows() {
    for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
        let server = Server::start();
        let api = config_maps(&server).await;
        api.create(&PostParams::default(), &config_map("before", &[])).await.unwrap();
        let events = watcher(api.clone(), config);
        pin_mut!(events);
        // A streaming list begins at "any" version, so the first object may also come behind the initial ones.
        let (mut seen, mut complete) = (Vec::new(), false);
        while seen.last().is_none_or(|name| name != "after") {
            match timeout(EVENT_MAX, events.next()).await.unwrap().unwrap().unwrap() {
                watcher::Event::Init => {}
                watcher::Event::InitApply(object) => {
                    assert!(!complete, "an initial object behind the end of the initial ones");
                    seen.push(object.metadata.name.unwrap());
                }
                watcher::Event::InitDone => {
                    complete = true;
                    api.create(&PostParams::default(), &config_map("after", &[])).await.unwrap();
                }
                watcher::Event::Apply(object) => seen.push(object.metadata.name.unwrap()),
                other @ watcher::Event::Delete(_) => panic!("nothing was deleted: {other:?}"),
            }
        }
        assert_eq!((seen, complete), (vec!["before".to_owned(), "after".to_owned()], true));
        server.stop().await;
    }
}

/// A server that stops ends its watches at once, so that clients go on elsewhere.
#[tokio::test]
async fn a_stopping_server_ends_its_watches() {
    let server = Server::start();
    let api = config_maps(&server).await;
    let events = api.watch(&WatchParams::default().disable_bookmarks(), "0").await.unwrap();
    pin_mut!(events);
    api.create(&PostParams::default(), &config_map("a", &[])).await.unwrap();
    assert_eq!(next(&mut events).await.0, "added a");
    server.stop().await;
    assert!(timeout(EVENT_MAX, events.next()).await.unwrap().is_none_or(|event| event.is_err()));
}
