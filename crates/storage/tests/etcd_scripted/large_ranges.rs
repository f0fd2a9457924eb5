//! Answers above the bound on messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{Error, KeyRange, Op, RangeRequest, Revision, Storage, Txn};
use pintle_wire::etcdserverpb as wire;
use pintle_wire::mvccpb;
use tonic::Status;

use crate::fake::{Fake, header};

/// What the member holds, and the revision at which each range was read.
struct Keys {
    held: BTreeMap<Vec<u8>, usize>,
    read_at: Mutex<Vec<i64>>,
}

/// A member that holds `count` keys with values of `bytes`, and one of `large` bytes in the middle.
fn holding(count: usize, bytes: usize, large: usize) -> (Fake, Arc<Keys>) {
    let size = |number| if number == count / 2 { large } else { bytes };
    let held = (0..count).map(|number| (format!("/{number:05}").into_bytes(), size(number))).collect();
    let keys = Arc::new(Keys { held, read_at: Mutex::default() });
    let fake = Fake::start();
    let answering = Arc::clone(&keys);
    fake.answer_range(move |request| {
        answering.read_at.lock().push(request.revision);
        let found: Vec<_> = answering.held.range(request.key.to_vec()..request.range_end.to_vec()).collect();
        let limit =
            if request.limit == 0 { found.len() } else { usize::try_from(request.limit).unwrap_or(0) };
        let kv = |(key, size): &(&Vec<u8>, &usize)| mvccpb::KeyValue {
            key: (*key).clone().into(),
            value: vec![b'x'; **size].into(),
            mod_revision: 5,
            ..mvccpb::KeyValue::default()
        };
        Some(Ok(wire::RangeResponse {
            // The store moves on while it is read.
            header: header(7 + i64::try_from(answering.read_at.lock().len()).unwrap_or(0)),
            kvs: found.iter().take(limit).map(kv).collect(),
            more: found.len() > limit,
            count: i64::try_from(found.len()).unwrap_or(0),
        }))
    });
    (fake, keys)
}

fn everything() -> RangeRequest {
    RangeRequest::new(KeyRange::prefix("/"))
}

fn bounded(fake: &Fake, response_bytes: usize) -> Etcd {
    Etcd::new(Options { response_bytes, ..fake.options() }).expect("the options are good")
}

#[tokio::test]
async fn a_range_above_the_bound_is_read_in_pages_of_one_moment() {
    let (fake, keys) = holding(1000, 1000, 20_000);
    let response = bounded(&fake, 50_000).range(everything()).await.expect("it is read");
    assert_eq!((response.kvs.len(), response.count, response.more), (1000, 1000, false));
    assert!(response.kvs.is_sorted_by(|one, next| one.key < next.key));
    let read_at = keys.read_at.lock();
    let first = read_at.iter().position(|revision| *revision != 0).expect("there are more pages");
    assert!(read_at[first..].iter().all(|revision| *revision == read_at[first]), "{read_at:?}");
}

#[tokio::test]
async fn its_limit_and_its_revision_hold() {
    let (fake, keys) = holding(1000, 1000, 20_000);
    let request = everything().limit(700).at(Revision::new(6));
    let response = bounded(&fake, 50_000).range(request).await.expect("it is read");
    assert_eq!((response.kvs.len(), response.count, response.more), (700, 1000, true));
    assert!(keys.read_at.lock().iter().all(|revision| *revision == 6));
}

#[tokio::test]
async fn a_value_above_the_bound_can_not_be_read() {
    let (fake, _) = holding(10, 10, 60_000);
    assert_eq!(bounded(&fake, 50_000).range(everything()).await, Err(Error::TooLarge));
}

#[tokio::test]
async fn all_pages_together_are_bounded() {
    let (fake, _) = holding(1000, 1000, 1000);
    let options = Options { response_bytes: 50_000, range_bytes: 500_000, ..fake.options() };
    let client = Etcd::new(options).expect("the options are good");
    assert_eq!(client.range(everything()).await, Err(Error::TooLarge));
}

#[tokio::test]
async fn a_moment_that_goes_by_while_it_is_read_is_no_fault_of_the_request() {
    let (fake, _) = holding(1000, 1000, 1000);
    let answer = Arc::clone(&fake.script.range.lock());
    fake.answer_range(move |request| match request.revision {
        0 => answer(request),
        _ => Some(Err(Status::out_of_range("etcdserver: mvcc: required revision has been compacted"))),
    });
    let error = bounded(&fake, 50_000).range(everything()).await.expect_err("it can't be read to the end");
    assert!(error.may_retry(), "{error:?}");
}

#[tokio::test]
async fn a_transaction_whose_answer_is_above_the_bound_may_have_been_applied() {
    let fake = Fake::start();
    fake.answer_txn(|_| {
        let kv = mvccpb::KeyValue { value: vec![0; 60_000].into(), ..mvccpb::KeyValue::default() };
        let read = wire::RangeResponse { kvs: vec![kv], ..wire::RangeResponse::default() };
        let op = wire::ResponseOp { response: Some(wire::response_op::Response::ResponseRange(read)) };
        Some(Ok(wire::TxnResponse { header: header(8), succeeded: true, responses: vec![op] }))
    });
    let txn = Txn::new().then(Op::put("/a", "1")).then(Op::get("/b"));
    let error = bounded(&fake, 50_000).txn(txn).await.expect_err("the answer is too large");
    assert!(error.may_have_applied(), "{error:?}");
}
