//! What many cases do: put, get, delete, list. A step that fails ends the case.

use bytes::Bytes;

use crate::{
    Error, KeyRange, KeyValue, Lease, Op, RangeRequest, RangeResponse, Revision, Storage, Txn, TxnResponse,
};

pub(super) async fn put(storage: &dyn Storage, key: &str, value: &str) -> Revision {
    txn(storage, Txn::new().then(put_op(key, value))).await.revision
}

pub(super) async fn put_leased(storage: &dyn Storage, key: &str, value: &str, lease: Lease) -> Revision {
    let op = Op::put_leased(key.to_owned(), value.to_owned(), lease.id);
    txn(storage, Txn::new().then(op)).await.revision
}

pub(super) async fn delete(storage: &dyn Storage, key: &str) -> Revision {
    txn(storage, Txn::new().then(Op::delete(key.to_owned()))).await.revision
}

pub(super) async fn txn(storage: &dyn Storage, txn: Txn) -> TxnResponse {
    storage.txn(txn).await.expect("the transaction is taken")
}

pub(super) async fn txn_error(storage: &dyn Storage, txn: Txn) -> Error {
    storage.txn(txn).await.expect_err("the transaction is refused")
}

pub(super) async fn revision(storage: &dyn Storage) -> Revision {
    storage.revision().await.expect("the revision is known")
}

pub(super) async fn get(storage: &dyn Storage, key: &str) -> Option<KeyValue> {
    range(storage, RangeRequest::new(KeyRange::key(key.to_owned()))).await.kvs.pop()
}

/// The key's value, of a key that exists.
pub(super) async fn value(storage: &dyn Storage, key: &str) -> String {
    text(get(storage, key).await.expect("the key exists").bytes().expect("the value can be read"))
}

pub(super) async fn range(storage: &dyn Storage, request: RangeRequest) -> RangeResponse {
    storage.range(request).await.expect("the range is read")
}

pub(super) async fn range_error(storage: &dyn Storage, request: RangeRequest) -> Error {
    storage.range(request).await.expect_err("the range is refused")
}

/// The keys in a range, as they come.
pub(super) async fn keys(storage: &dyn Storage, request: RangeRequest) -> Vec<String> {
    range(storage, request).await.kvs.iter().map(|kv| text(&kv.key)).collect()
}

/// The keys of a store, as they come.
pub(super) async fn all_keys(storage: &dyn Storage) -> Vec<String> {
    keys(storage, everything()).await
}

pub(super) fn everything() -> RangeRequest {
    RangeRequest::new(KeyRange::all())
}

pub(super) fn put_op(key: &str, value: &str) -> Op {
    Op::put(key.to_owned(), value.to_owned())
}

pub(super) fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
