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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_only_reads_is_answered_and_adds_nothing_to_the_log() {
    use pintle_wire::etcdserverpb as pb;
    let folder = Folder::new();
    let node = start(&folder.0).await;
    let put = |key: &str, value: &str| pb::PutRequest {
        key: key.to_owned().into(),
        value: value.to_owned().into(),
        ..pb::PutRequest::default()
    };
    node.put(put("a", "1")).await.unwrap();
    let written = node.put(put("b", "2")).await.unwrap().header.unwrap().revision;
    let range = |key: &str| pb::RequestOp {
        request: Some(pb::request_op::Request::RequestRange(pb::RangeRequest {
            key: key.to_owned().into(),
            ..pb::RangeRequest::default()
        })),
    };
    let compare = |version: i64| pb::Compare {
        key: "a".into(),
        target: pb::compare::CompareTarget::Version.into(),
        target_union: Some(pb::compare::TargetUnion::Version(version)),
        ..pb::Compare::default()
    };
    let before = node.progress().last;
    for (version, holds, found) in [(1, true, vec!["1", "2"]), (7, false, vec!["2"])] {
        let request = pb::TxnRequest {
            compare: vec![compare(version)],
            success: vec![range("a"), range("b")],
            failure: vec![range("b")],
        };
        let answer = node.txn(request).await.unwrap();
        assert_eq!((answer.succeeded, answer.header.unwrap().revision), (holds, written));
        let values = answer.responses.into_iter().map(|response| match response.response {
            Some(pb::response_op::Response::ResponseRange(range)) => range.kvs[0].value.clone(),
            other => panic!("{other:?}"),
        });
        assert_eq!(values.collect::<Vec<_>>(), found);
    }
    assert_eq!(node.progress().last, before);
    let future = pb::RangeRequest { key: "a".into(), revision: written + 1, ..pb::RangeRequest::default() };
    let request = pb::TxnRequest {
        success: vec![pb::RequestOp { request: Some(pb::request_op::Request::RequestRange(future)) }],
        ..pb::TxnRequest::default()
    };
    let refused = node.txn(request).await.unwrap_err().to_string();
    assert_eq!(refused, "etcdserver: mvcc: required revision is a future revision");
    node.stop().await;
}
