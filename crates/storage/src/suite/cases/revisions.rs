//! How revisions and versions are counted.

use crate::suite::Subject;
use crate::suite::steps::{delete, everything, get, put, put_op, range, revision, txn};
use crate::{Compare, KeyRange, Op, Revision, Txn};

pub(super) async fn an_empty_store_is_at_one(subject: &dyn Subject) {
    let storage = subject.storage();
    assert_eq!(revision(&*storage).await, Revision::FIRST);
    let response = range(&*storage, everything()).await;
    assert_eq!((response.revision, response.count), (Revision::FIRST, 0));
}

pub(super) async fn the_first_write_makes_two(subject: &dyn Subject) {
    let storage = subject.storage();
    assert_eq!(put(&*storage, "/a", "1").await, Revision::new(2));
    assert_eq!(revision(&*storage).await, Revision::new(2));
}

pub(super) async fn each_write_raises_by_one(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = revision(&*storage).await;
    let first = put(&*storage, "/a", "1").await;
    let second = put(&*storage, "/b", "1").await;
    let third = delete(&*storage, "/a").await;
    assert_eq!(first, before.next());
    assert_eq!(second, first.next());
    assert_eq!(third, second.next());
    assert_eq!(revision(&*storage).await, third);
}

pub(super) async fn all_of_a_txn_shares_one(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = put(&*storage, "/gone", "1").await;
    let write = Txn::new().then(put_op("/a", "1")).then(put_op("/b", "1")).then(Op::delete("/gone"));
    let at = txn(&*storage, write).await.revision;
    assert_eq!(at, before.next());
    for kv in range(&*storage, everything()).await.kvs {
        assert_eq!((kv.create_revision, kv.mod_revision), (at, at));
    }
    assert_eq!(revision(&*storage).await, at);
}

pub(super) async fn reading_raises_nothing(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = put(&*storage, "/a", "1").await;
    let read = Txn::new().when(Compare::absent("/b")).then(Op::get("/a"));
    assert_eq!(txn(&*storage, read).await.revision, before);
    range(&*storage, everything()).await;
    assert_eq!(revision(&*storage).await, before);
}

pub(super) async fn deleting_nothing_raises_nothing(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = put(&*storage, "/a", "1").await;
    assert_eq!(delete(&*storage, "/b").await, before);
    let nothing = Txn::new().then(Op::delete_range(KeyRange::prefix("/b/")));
    assert_eq!(txn(&*storage, nothing).await.revision, before);
    assert_eq!(revision(&*storage).await, before);
}

pub(super) async fn putting_the_same_value_is_a_write(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = put(&*storage, "/a", "1").await;
    let second = put(&*storage, "/a", "1").await;
    assert_eq!(second, first.next());
    assert_eq!(get(&*storage, "/a").await.expect("it exists").version, 2);
}

pub(super) async fn a_key_counts_its_versions(subject: &dyn Subject) {
    let storage = subject.storage();
    let created = put(&*storage, "/a", "1").await;
    put(&*storage, "/b", "1").await;
    let modified = put(&*storage, "/a", "2").await;
    let kv = get(&*storage, "/a").await.expect("it exists");
    assert_eq!((kv.create_revision, kv.mod_revision, kv.version), (created, modified, 2));
    assert_eq!((kv.lease, kv.stale), (None, false));
}

pub(super) async fn a_key_that_returns_starts_over(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    put(&*storage, "/a", "2").await;
    delete(&*storage, "/a").await;
    let returned = put(&*storage, "/a", "3").await;
    let kv = get(&*storage, "/a").await.expect("it exists");
    assert_eq!((kv.create_revision, kv.mod_revision, kv.version), (returned, returned, 1));
}
