//! What etcdctl asks of each endpoint: it sends the endpoint as it was given in `:authority`, which is none.

use crate::side::{Side, has_etcdctl};
use pintle_tests::program;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endpoints_say_how_they_are() {
    let Some(mut both) = crate::both().await else { return };
    both.say("put k v").await;
    for line in [
        "endpoint health",
        "endpoint health -w json",
        "endpoint health --cluster",
        "endpoint status",
        "endpoint status -w json",
        "endpoint status -w table",
        "endpoint status -w fields",
        "endpoint status --cluster",
        "endpoint hashkv",
        "endpoint hashkv -w fields",
        "endpoint hashkv --cluster -w json",
    ] {
        both.say(line).await;
    }
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_it_goes_over_a_unix_socket() {
    if !has_etcdctl().await {
        return;
    }
    let folder = pintle_tests::Folder::new();
    let socket = format!("unix://{}", folder.path().join("etcd.sock").display());
    let side = Side::pintle_with("http", &["--listen-client-urls", &socket], &[]).await;
    for (line, part) in [
        ("put k v", "OK"),
        ("get k", "v"),
        ("endpoint status", "3.6"),
        ("endpoint hashkv", ""),
        ("member list", "started"),
        ("defrag", "Finished"),
        ("endpoint health", "is healthy"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let command = side.command_at(&socket, &words);
        let ended = program::run(command, "", Duration::from_secs(60)).await;
        assert_eq!(ended.code, Some(0), "{line}: {ended:#?}");
        let said = ended.stdout + &ended.stderr;
        assert!(said.contains(part), "{line}: {said}");
    }
}
