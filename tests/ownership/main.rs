//! Ownership, for every resource that is stored: whatever is owned is there, and whoever set something owns it, through
//! a create, an apply, an update, a write of the status and an apply that wants less.
//!
//! The objects are those of the published table of storage keys; without it the test says that it skips.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod held;
#[path = "../../crates/catalog/tests/shared/mod.rs"]
mod shared;
mod status;
mod story;

use pintle_meta::value::parse;
use pintle_tests::{Protocol, Server, Who};
use story::Story;

#[tokio::test]
async fn every_resource_says_who_owns_what() {
    let Some(facts) = shared::facts() else { return };
    let table = parse(&std::fs::read(facts.join("storage-keys.json")).unwrap()).unwrap();
    let server = Server::start();
    let mut connection = server.connect(Who::Admin, Protocol::H2).await;
    let namespace = r#"{"metadata":{"name":"ns1"}}"#;
    assert_eq!(connection.post("/api/v1/namespaces", namespace).await.status, 201);
    let mut problems = Vec::new();
    let mut told = 0;
    for entry in table.as_list().unwrap().iter() {
        let mut story = Story::begin(&mut connection, entry);
        story.tell().await;
        problems.append(&mut story.problems);
        told += 1;
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    assert!(told >= 60, "only {told} resources");
    server.stop().await;
}
