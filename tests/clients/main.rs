//! The official clients in other languages: they list, create, watch and delete.
//!
//! Their packages are fetched once, into cargo's folder. Where the language or its registry is missing, the test
//! says that it skips.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use pintle_tests::program::{self, Ended};
use pintle_tests::{Folder, Server};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

/// How long fetching packages may take.
const FETCH_MAX: Duration = Duration::from_secs(300);
/// How long a walk may take.
const WALK_MAX: Duration = Duration::from_secs(120);

/// What every walk prints.
const WALKED: &str = "namespaces: default kube-node-lease kube-public kube-system\n\
                      created: walk v\n\
                      watched: ADDED walk\n\
                      watched: MODIFIED walk\n\
                      watched: DELETED walk\n\
                      absent: 404 NotFound\n";

fn sources(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(language)
}

/// Whether it went well; a notice when not.
fn fetched(what: &str, ended: &Ended) -> bool {
    if ended.code != Some(0) {
        println!("SKIPPED: {what} can't be fetched:\n{}", ended.stderr);
    }
    ended.code == Some(0)
}

async fn walk(mut command: Command, server: Server) {
    command.env("KUBECONFIG", server.kubeconfig());
    let ended = program::run(command, "", WALK_MAX).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), WALKED), "{}", ended.stderr);
    server.stop().await;
}

#[tokio::test]
async fn the_python_client_walks() {
    if !program::exists("python3") {
        return println!("SKIPPED: no python3");
    }
    let folder = Folder::kept("python");
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(&folder);
    if !fetched("a Python environment", &program::run(make, "", FETCH_MAX).await) {
        return;
    }
    let mut install = Command::new(folder.join("bin/pip"));
    install.args(["install", "--quiet", "--requirement"]).arg(sources("python").join("requirements.txt"));
    if !fetched("the Python client", &program::run(install, "", FETCH_MAX).await) {
        return;
    }
    let mut python = Command::new(folder.join("bin/python"));
    python.arg(sources("python").join("walk.py"));
    walk(python, Server::start()).await;
}

#[tokio::test]
async fn the_node_client_walks() {
    if !(program::exists("node") && program::exists("npm")) {
        return println!("SKIPPED: no node, or no npm");
    }
    let folder = Folder::kept("node");
    for file in ["package.json", "walk.mjs"] {
        fs::copy(sources("node").join(file), folder.join(file)).unwrap();
    }
    let mut install = Command::new("npm");
    install
        .args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"])
        .current_dir(&folder);
    if !fetched("the Node client", &program::run(install, "", FETCH_MAX).await) {
        return;
    }
    let mut node = Command::new("node");
    node.arg("walk.mjs").current_dir(&folder);
    walk(node, Server::start()).await;
}
