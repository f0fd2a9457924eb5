//! A client that speaks nothing but protobuf, as the Go clients do: every verb, for every resource that is stored. What it
//! is told is what a client of JSON is told.
//!
//! The objects are those of the published table of storage keys; without it the test says that it skips.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod client;
mod life;
#[path = "../../crates/catalog/tests/shared/mod.rs"]
mod shared;
mod watched;

use client::Client;
use life::Life;
use pintle_meta::value::parse;
use pintle_tests::Server;
use tokio::task::JoinSet;

#[tokio::test]
async fn every_verb_of_every_resource_is_spoken() {
    let Some(facts) = shared::facts() else { return };
    let table = parse(&std::fs::read(facts.join("storage-keys.json")).unwrap()).unwrap();
    let server = Server::start();
    let mut client = Client::connect(&server).await;
    client.create_namespace("ns1").await;
    let mut watches = JoinSet::new();
    let mut lives = 0;
    for entry in table.as_list().unwrap().iter() {
        let mut life = Life::new(&mut client, entry);
        let seen = life.live().await;
        let watcher = Client::connect(&server).await;
        watches.spawn(watched::compare(watcher, seen));
        lives += 1;
    }
    while let Some(compared) = watches.join_next().await {
        compared.unwrap();
    }
    assert!(lives >= 60, "only {lives} resources");
    server.stop().await;
}

#[tokio::test]
async fn refusals_and_discovery_are_spoken() {
    let server = Server::start();
    let mut client = Client::connect(&server).await;
    let status = client.refused("GET", "/api/v1/namespaces/default/pods/nobody", b"", 404).await;
    assert_eq!(status.text_at(&["reason"]), "NotFound");
    assert_eq!(status.text_at(&["details", "kind"]), "pods");
    let status = client.refused("POST", "/api/v1/namespaces/default/pods", b"k8s\0\xff", 400).await;
    assert_eq!(status.text_at(&["reason"]), "BadRequest");
    let status = client.refused("GET", "/api/v1/pods?labelSelector=a==b==c", b"", 400).await;
    assert_eq!(status.text_at(&["status"]), "Failure");
    for (path, kind, member) in [
        ("/api", "APIVersions", "versions"),
        ("/apis", "APIGroupList", "groups"),
        ("/api/v1", "APIResourceList", "resources"),
        ("/apis/apps", "APIGroup", "versions"),
        ("/apis/apps/v1", "APIResourceList", "resources"),
    ] {
        let document = client.document("GET", path, b"", 200).await;
        assert_eq!(document.text_at(&["kind"]), kind, "{path}");
        assert!(!document[member].is_empty(), "{path}");
    }
    server.stop().await;
}
