//! The suite of every storage on one durable node, called directly; and what only a durable node can show.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use pintle_raftstore::embedded::Embedded;
use pintle_raftstore::local::Board;
use pintle_raftstore::node::{Bounds, Node, Options};
use pintle_raftstore::raft::Settings;
use pintle_storage::suite::{Running, Subject, run};
use pintle_storage::{KeyRange, Op, RangeRequest, Storage, Txn};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("pintle-embedded-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options(folder: &Path) -> Options {
    Options {
        folder: folder.to_owned(),
        name: "one".to_owned(),
        members: BTreeMap::from([("one".to_owned(), vec!["http://localhost:2380".to_owned()])]),
        existing: false,
        token: "test".to_owned(),
        settings: Settings { heartbeat: Duration::from_millis(20), election: Duration::from_millis(100) },
        limits: pintle_storage::Limits::default(),
        bounds: Bounds { reserve_bytes: 0, ..Bounds::default() },
        since_epoch: || Duration::from_secs(1_000_000_000),
    }
}

async fn start(folder: &Path) -> Node {
    Node::start(options(folder), &Board::default()).await.unwrap()
}

struct OneNode {
    storage: Arc<Embedded>,
    _folder: Folder,
}

impl Subject for OneNode {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage) as Arc<dyn Storage>
    }

    fn advance(&self, time: Duration) -> Running<'_> {
        Box::pin(tokio::time::sleep(time))
    }
}

async fn new_node() -> Arc<dyn Subject> {
    let folder = Folder::new();
    let node = start(&folder.0).await;
    Arc::new(OneNode { storage: Arc::new(Embedded::new(node)), _folder: folder })
}

macro_rules! a_test_each {
    ($($group:ident { $($case:ident)* })*) => {
        $(mod $group {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::run(concat!(stringify!($group), "::", stringify!($case)), super::new_node).await;
            })*
        })*
    };
}

pintle_storage::for_each_storage_case!(a_test_each);

fn put(key: &'static str, value: &str) -> Txn {
    let op = Op::Put { key: key.into(), value: value.to_owned().into(), lease: None };
    Txn { compares: Vec::new(), success: vec![op], failure: Vec::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_after_every_end() {
    let folder = Folder::new();
    let mut expected = Vec::new();
    for round in 0..4 {
        let node = start(&folder.0).await;
        let storage = Embedded::new(node.clone());
        let found = storage.range(RangeRequest::new(KeyRange::all())).await.unwrap();
        let values: Vec<_> = found.kvs.iter().map(|kv| (kv.key.clone(), kv.mod_revision)).collect();
        assert_eq!(values, expected, "round {round}");
        let response = storage.txn(put(["a", "b", "c", "d"][round], "value")).await.unwrap();
        expected.push((["a", "b", "c", "d"][round].into(), response.revision));
        node.stop().await;
    }
}
