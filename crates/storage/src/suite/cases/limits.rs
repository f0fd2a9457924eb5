//! How big a request may be, with etcd's default limits, and what a node says of itself.

use crate::suite::Subject;
use crate::suite::steps::{all_keys, get, put, put_op, revision, txn, txn_error};
use crate::{Compare, Error, Op, Txn};

/// etcd's default bound on a request.
const REQUEST_BYTES: usize = 1536 * 1024;

/// etcd's default bound on the operations of a transaction.
const TXN_OPS: usize = 128;

pub(super) async fn a_large_value_fits(subject: &dyn Subject) {
    let storage = subject.storage();
    let value = vec![b'x'; REQUEST_BYTES - 4096];
    txn(&*storage, Txn::new().then(Op::put("/a", value.clone()))).await;
    let kv = get(&*storage, "/a").await.expect("it exists");
    assert_eq!(kv.bytes().map(|bytes| bytes.len()), Ok(value.len()));
}

pub(super) async fn a_value_too_large_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = revision(&*storage).await;
    let value = vec![b'x'; REQUEST_BYTES + 1];
    let error = txn_error(&*storage, Txn::new().then(Op::put("/a", value))).await;
    assert_eq!(error, Error::TooLarge);
    assert_eq!(error.to_string(), "etcdserver: request is too large");
    assert_eq!(revision(&*storage).await, before);
}

pub(super) async fn many_operations_fit(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut write = puts(TXN_OPS);
    for number in 0..TXN_OPS {
        write = write.when(Compare::absent(format!("/{number}"))).otherwise(Op::get("/1"));
    }
    assert!(txn(&*storage, write).await.succeeded);
    assert_eq!(all_keys(&*storage).await.len(), TXN_OPS);
}

pub(super) async fn too_many_operations_are_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let error = txn_error(&*storage, puts(TXN_OPS + 1)).await;
    assert_eq!(error, Error::TooManyOps);
    assert_eq!(error.to_string(), "etcdserver: too many operations in txn request");
    assert_eq!(all_keys(&*storage).await, [""; 0]);
}

pub(super) async fn too_many_compares_are_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let compares = (0..=TXN_OPS).map(|number| Compare::absent(format!("/{number}")));
    let write = Txn { compares: compares.collect(), ..Txn::new() };
    assert_eq!(txn_error(&*storage, write).await, Error::TooManyOps);
}

pub(super) async fn the_status_is_known(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let status = storage.status().await.expect("the node answers");
    assert!(status.version.starts_with("3.6."), "{}", status.version);
    assert!(status.revision <= at);
    assert!(status.leader.is_some());
    assert!(!status.learner);
    assert!(status.size >= status.size_in_use);
}

fn puts(count: usize) -> Txn {
    (0..count).fold(Txn::new(), |write, number| write.then(put_op(&format!("/{number}"), "1")))
}
