//! The etcdctl of others (`$ETCDCTL`, or the one in the path): what it saves can be restored, and what it says is what
//! `pintle ctl` says.

use crate::backups::{everything, put, restored};
use crate::member::{Plan, good, one};
use pintle_storage::Storage;
use pintle_tests::Folder;
use pintle_tests::program::{self, Ended};
use std::ffi::OsString;
use std::time::Duration;
use tokio::process::Command;

async fn etcdctl(plan: &Plan, words: &[&str]) -> Ended {
    let mut command = Command::new(program());
    command.env("ETCDCTL_API", "3").args(["--endpoints", &plan.clients.join(",")]).args(words);
    program::run(command, "", Duration::from_secs(60)).await
}

fn program() -> OsString {
    std::env::var_os("ETCDCTL").filter(|program| !program.is_empty()).unwrap_or_else(|| "etcdctl".into())
}

async fn is_here() -> bool {
    let output = Command::new(program()).env("ETCDCTL_API", "3").arg("version").output().await;
    if output.is_ok_and(|output| output.status.success()) {
        return true;
    }
    println!("SKIPPED: no etcdctl in $ETCDCTL or the path");
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_etcdctl_saves_is_restored() {
    if !is_here().await {
        return;
    }
    let folder = Folder::new();
    let (plan, _member) = one(&folder).await;
    let storage = plan.storage();
    for number in 0..50 {
        storage.txn(put(format!("key-{number:02}"), vec![number; 2000])).await.unwrap();
    }
    let before = everything(&storage).await;
    let file = folder.path().join("etcdctl.db");
    good(etcdctl(&plan, &["snapshot", "save", file.to_str().unwrap()]).await);
    let plan = Plan::new(1, "restored");
    let _members = restored(&file, &plan, &folder).await;
    assert_eq!(everything(&plan.storage()).await, before);
    let got = good(etcdctl(&plan, &["get", "--print-value-only", "--hex", "key-07"]).await);
    assert!(got.trim_end().ends_with(r"\x07\x07"), "{got}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_say_the_same_of_members() {
    if !is_here().await {
        return;
    }
    let folder = Folder::new();
    let (plan, _member) = one(&folder).await;
    for line in ["member list", "member list -w table", "compact 1"] {
        let words: Vec<&str> = line.split(' ').collect();
        let theirs = etcdctl(&plan, &words).await;
        let ours = plan.ctl(line).await;
        if line.starts_with("compact") {
            // The second one to compact is told so.
            good(theirs);
            crate::member::fails(&ours, "required revision has been compacted");
        } else {
            assert_eq!(good(ours), good(theirs), "{line}");
        }
    }
}
