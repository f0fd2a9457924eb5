//! Transactions: compare-and-set as it is used above, what a transaction sees, and what is refused.

use crate::suite::Subject;
use crate::suite::steps::{
    all_keys, delete, everything, get, put, put_op, range, revision, text, txn, txn_error, value,
};
use crate::{
    Compare, Error, KeyRange, KeyValue, LeaseId, Op, OpResponse, RangeRequest, Revision, Txn, TxnResponse,
};

pub(super) async fn an_empty_txn_succeeds(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let response = txn(&*storage, Txn::new()).await;
    assert_eq!(response, TxnResponse { succeeded: true, revision: at, responses: vec![] });
}

pub(super) async fn create_if_absent_creates_once(subject: &dyn Subject) {
    let storage = subject.storage();
    let create = Txn::new().when(Compare::absent("/a")).then(put_op("/a", "1"));
    let first = txn(&*storage, create.clone()).await;
    assert!(first.succeeded);
    assert_eq!(first.responses, [OpResponse::Put]);
    let second = txn(&*storage, create).await;
    assert_eq!(second, TxnResponse { succeeded: false, revision: first.revision, responses: vec![] });
}

pub(super) async fn a_lost_create_reads_the_winner(subject: &dyn Subject) {
    let storage = subject.storage();
    let winner = put(&*storage, "/a", "winner").await;
    let create = Txn::new().when(Compare::absent("/a")).then(put_op("/a", "loser")).otherwise(Op::get("/a"));
    let response = txn(&*storage, create).await;
    assert!(!response.succeeded);
    let kv = only_kv(response);
    assert_eq!((text(kv.bytes().expect("readable")), kv.mod_revision), ("winner".into(), winner));
}

pub(super) async fn update_if_unchanged_updates(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let update = Txn::new().when(Compare::unchanged("/a", at)).then(put_op("/a", "2"));
    assert!(txn(&*storage, update).await.succeeded);
    assert_eq!(value(&*storage, "/a").await, "2");
}

pub(super) async fn a_lost_update_reads_the_winner(subject: &dyn Subject) {
    let storage = subject.storage();
    let stale = put(&*storage, "/a", "1").await;
    let winner = put(&*storage, "/a", "winner").await;
    let update =
        Txn::new().when(Compare::unchanged("/a", stale)).then(put_op("/a", "loser")).otherwise(Op::get("/a"));
    let response = txn(&*storage, update).await;
    assert!(!response.succeeded);
    assert_eq!(only_kv(response).mod_revision, winner);
    assert_eq!(value(&*storage, "/a").await, "winner");
}

pub(super) async fn delete_if_unchanged_deletes(subject: &dyn Subject) {
    let storage = subject.storage();
    let stale = put(&*storage, "/a", "1").await;
    let at = put(&*storage, "/a", "2").await;
    let delete_at = |revision| {
        Txn::new().when(Compare::unchanged("/a", revision)).then(Op::delete("/a")).otherwise(Op::get("/a"))
    };
    assert_eq!(only_kv(txn(&*storage, delete_at(stale)).await).mod_revision, at);
    let response = txn(&*storage, delete_at(at)).await;
    assert!(response.succeeded);
    assert_eq!(response.responses, [OpResponse::Delete { deleted: 1 }]);
    assert_eq!(get(&*storage, "/a").await, None);
}

pub(super) async fn only_one_list_runs(subject: &dyn Subject) {
    let storage = subject.storage();
    let either =
        |compare| Txn::new().when(compare).then(put_op("/then", "1")).otherwise(put_op("/else", "1"));
    txn(&*storage, either(Compare::absent("/x"))).await;
    assert_eq!(all_keys(&*storage).await, ["/then"]);
    delete(&*storage, "/then").await;
    txn(&*storage, either(Compare::unchanged("/x", Revision::new(1)))).await;
    assert_eq!(all_keys(&*storage).await, ["/else"]);
}

pub(super) async fn all_compares_must_hold(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let holds = Compare::unchanged("/a", at);
    let fails = Compare::absent("/a");
    let both = Txn::new().when(holds.clone()).when(Compare::absent("/b"));
    assert!(txn(&*storage, both).await.succeeded);
    assert!(!txn(&*storage, Txn::new().when(holds.clone()).when(fails.clone())).await.succeeded);
    assert!(!txn(&*storage, Txn::new().when(fails).when(holds)).await.succeeded);
}

pub(super) async fn responses_come_in_order(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    let write = Txn::new().then(Op::get("/a")).then(put_op("/b", "1")).then(Op::delete("/a"));
    let responses = txn(&*storage, write).await.responses;
    assert!(matches!(&responses[0], OpResponse::Range(read) if read.count == 1));
    assert_eq!(responses[1..], [OpResponse::Put, OpResponse::Delete { deleted: 1 }]);
}

pub(super) async fn reads_see_the_writes_before_them(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = put(&*storage, "/gone", "1").await;
    let write = Txn::new()
        .then(Op::get("/new"))
        .then(put_op("/new", "1"))
        .then(Op::delete("/gone"))
        .then(Op::Range(everything()));
    let response = txn(&*storage, write).await;
    let reads: Vec<_> = response.responses.into_iter().filter_map(OpResponse::into_range).collect();
    assert_eq!((reads[0].count, reads[0].revision), (0, before));
    assert_eq!(reads[1].revision, response.revision);
    let seen: Vec<_> = reads[1].kvs.iter().map(|kv| (text(&kv.key), kv.mod_revision)).collect();
    assert_eq!(seen, [("/new".to_owned(), response.revision)]);
}

pub(super) async fn reads_at_a_revision_do_not_see_the_txn(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let before = Op::Range(RangeRequest::new(KeyRange::key("/a")).at(at));
    let response = txn(&*storage, Txn::new().then(put_op("/a", "2")).then(before)).await;
    assert_eq!(only_kv(response).mod_revision, at);
}

pub(super) async fn a_range_is_deleted_at_one_revision(subject: &dyn Subject) {
    let storage = subject.storage();
    for key in ["/a/1", "/a/2", "/a/3", "/b"] {
        put(&*storage, key, "1").await;
    }
    let before = revision(&*storage).await;
    let response = txn(&*storage, Txn::new().then(Op::delete_range(KeyRange::prefix("/a/")))).await;
    assert_eq!(response.responses, [OpResponse::Delete { deleted: 3 }]);
    assert_eq!(response.revision, before.next());
    assert_eq!(all_keys(&*storage).await, ["/b"]);
}

pub(super) async fn overlapping_deletes_count_once(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    put(&*storage, "/b", "1").await;
    let write = Txn::new().then(Op::delete("/a")).then(Op::delete_range(KeyRange::all()));
    let deletes = [OpResponse::Delete { deleted: 1 }, OpResponse::Delete { deleted: 1 }];
    assert_eq!(txn(&*storage, write).await.responses, deletes);
}

pub(super) async fn a_key_may_not_be_put_twice(subject: &dyn Subject) {
    let storage = subject.storage();
    let write = Txn::new().then(put_op("/a", "1")).then(put_op("/b", "1")).then(put_op("/a", "2"));
    let error = txn_error(&*storage, write).await;
    assert_eq!(error, Error::DuplicateKey);
    assert_eq!(error.to_string(), "etcdserver: duplicate key given in txn request");
    assert_eq!(all_keys(&*storage).await, [""; 0]);
}

pub(super) async fn a_key_may_not_be_put_and_deleted(subject: &dyn Subject) {
    let storage = subject.storage();
    let deletes =
        [Op::delete("/a"), Op::delete_range(KeyRange::prefix("/")), Op::delete_range(KeyRange::all())];
    for delete in deletes {
        let before = Txn::new().then(delete.clone()).then(put_op("/a", "1"));
        assert_eq!(txn_error(&*storage, before).await, Error::DuplicateKey);
        let after = Txn::new().then(put_op("/a", "1")).then(delete);
        assert_eq!(txn_error(&*storage, after).await, Error::DuplicateKey);
    }
    let beside = Txn::new().then(put_op("/a", "1")).then(Op::delete_range(KeyRange::between("/", "/a")));
    assert!(txn(&*storage, beside).await.succeeded);
}

pub(super) async fn both_lists_are_checked(subject: &dyn Subject) {
    let storage = subject.storage();
    let write = Txn::new().then(put_op("/a", "1")).otherwise(put_op("/b", "1")).otherwise(put_op("/b", "2"));
    assert_eq!(txn_error(&*storage, write).await, Error::DuplicateKey);
    assert_eq!(all_keys(&*storage).await, [""; 0]);
}

pub(super) async fn the_same_key_may_be_in_both_lists(subject: &dyn Subject) {
    let storage = subject.storage();
    let write = Txn::new().then(put_op("/a", "then")).otherwise(put_op("/a", "else"));
    assert!(txn(&*storage, write).await.succeeded);
    assert_eq!(value(&*storage, "/a").await, "then");
}

pub(super) async fn keys_may_not_be_empty(subject: &dyn Subject) {
    let storage = subject.storage();
    let empty = [Op::put("", "1"), Op::delete(""), Op::get("")];
    for op in empty {
        assert_eq!(txn_error(&*storage, Txn::new().then(op)).await, Error::EmptyKey);
    }
    assert_eq!(txn_error(&*storage, Txn::new().when(Compare::absent(""))).await, Error::EmptyKey);
    let read = storage.range(RangeRequest::new(KeyRange::key(""))).await;
    assert_eq!(read, Err(Error::EmptyKey));
}

pub(super) async fn an_unknown_lease_refuses_the_whole_txn(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = revision(&*storage).await;
    let unknown = LeaseId::new(4711).expect("it is not zero");
    let write = Txn::new().then(put_op("/a", "1")).then(Op::put_leased("/b", "1", unknown));
    assert_eq!(txn_error(&*storage, write).await, Error::LeaseNotFound);
    assert_eq!(all_keys(&*storage).await, [""; 0]);
    assert_eq!(revision(&*storage).await, before);
}

pub(super) async fn a_read_that_cannot_be_refuses_the_whole_txn(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let future = Op::Range(everything().at(Revision::new(at.get() + 100)));
    let write = Txn::new().then(put_op("/a", "2")).then(future);
    assert_eq!(txn_error(&*storage, write).await, Error::FutureRevision);
    assert_eq!(range(&*storage, everything()).await.revision, at);
    assert_eq!(value(&*storage, "/a").await, "1");
}

/// The one key that the transaction read.
fn only_kv(response: TxnResponse) -> KeyValue {
    let mut reads = response.responses.into_iter().filter_map(OpResponse::into_range);
    let mut read = reads.next().expect("there is a read");
    assert_eq!((read.count, read.kvs.len()), (1, 1));
    read.kvs.remove(0)
}
