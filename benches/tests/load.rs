//! `cargo load` against a server: every work does what it says and counts it.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use pintle_meta::Value;
use pintle_meta::value::parse;
use pintle_tests::Server;
use pintle_tests::program::{self, Ended};
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;

/// How long one run may take; each is made to be short.
const RUN_MAX: Duration = Duration::from_secs(60);

struct Loads<'a>(&'a Server);

impl Loads<'_> {
    async fn run(&self, words: &str) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pintle-load"));
        command.env("KUBECONFIG", self.0.kubeconfig()).args(words.split_whitespace());
        program::run(command, "", RUN_MAX).await
    }

    /// Its account of a run that went well.
    async fn counted(&self, words: &str) -> Value {
        let file = self.0.kubeconfig().with_file_name("load.json");
        let ended = self.run(&format!("{words} --json-file {}", file.display())).await;
        assert_eq!(ended.code, Some(0), "{words}: {ended:#?}");
        let account = parse(&std::fs::read(&file).unwrap()).unwrap();
        assert!(account["failures"].is_empty(), "{words}: {}", ended.stdout);
        assert!(ended.stdout.contains(account.text_at(&["title"])), "{words}: {}", ended.stdout);
        account
    }
}

fn count(account: &Value) -> i64 {
    account["count"].as_int().unwrap()
}

#[tokio::test]
async fn every_work_counts_what_it_did() {
    let server = Server::start();
    let loads = Loads(&server);
    let few = "--clients 4 --connections 2 --namespaces 2";
    for kind in ["configmap", "pod"] {
        for encoding in ["json", "protobuf"] {
            for work in ["create", "get", "update", "patch"] {
                let account = loads
                    .counted(&format!("{work} {few} --count 20 --kind {kind} --encoding {encoding}"))
                    .await;
                assert_eq!(count(&account), 20, "{work} {kind} {encoding}");
            }
        }
    }
    assert_eq!(count(&loads.counted(&format!("lease {few} --count 20")).await), 20);
    // A processor's time, memory, and a page to look at.
    let plot = server.kubeconfig().with_file_name("plot.html");
    let words = format!(
        "list --kind pod --count 50 --rounds 4 --pid {} --plot {}",
        std::process::id(),
        plot.display()
    );
    let account = loads.counted(&words).await;
    assert!(count(&account) == 4 && account["cpuSeconds"] != Value::Null, "{account:?}");
    assert!(is_page(&plot));
    let pages = loads.counted("list --kind pod --count 50 --rounds 2 --limit 20").await;
    assert!(count(&pages) >= 2, "{pages:?}");

    let words =
        "watch --all-watchers 6 --narrow-watchers 4 --connections 3 --objects 10 --rate 20 --seconds 2 --by";
    for by in ["namespace", "name", "node"] {
        let account = loads.counted(&format!("{words} {by} --stuck 1 --slow 1")).await;
        // Forty changes, each seen by all of the six and, every tenth being theirs, by some of the four.
        assert!(count(&account) >= 6 * 20, "{by}: {account:?}");
    }
    loads.counted("idle --watchers 20 --connections 2 --seconds 1").await;
    let cleaned = loads.run("clean").await;
    assert_eq!(cleaned.code, Some(0), "{cleaned:#?}");
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_to_be_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pintle-load"));
    command.args(["get", "--server", "https://127.0.0.1:1", "--insecure-skip-tls-verify", "--count", "1"]);
    let ended = program::run(command, "", RUN_MAX).await;
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(
        ended.stderr.contains("cannot connect to 127.0.0.1:1") && ended.stderr.contains("help:"),
        "{ended:#?}"
    );
}

fn is_page(path: &Path) -> bool {
    let page = std::fs::read_to_string(path).unwrap();
    page.starts_with("<!doctype html>") && page.contains("<svg")
}
