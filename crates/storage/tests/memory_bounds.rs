//! What only the in-memory store promises: bounded history, watches that hold nothing but a position, exact expiry,
//! and an end for its watches.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use pintle_storage::memory::{Memory, Options};
use pintle_storage::{
    Error, Event, KeyRange, Lease, LeaseId, Op, RangeRequest, Revision, Storage, Txn, WatchRequest,
    WatchUpdate,
};

const HISTORY_BYTES: usize = 64 * 1024;

fn bounded() -> Memory {
    Memory::with_options(Options { history_bytes: HISTORY_BYTES, ..Options::default() })
}

async fn put(storage: &dyn Storage, key: &str, value: impl Into<Bytes>) -> Revision {
    storage.txn(Txn::new().then(Op::put(key.to_owned(), value))).await.unwrap().revision
}

async fn grant(storage: &dyn Storage, seconds: u64, id: i64) -> Lease {
    storage.lease_grant(Duration::from_secs(seconds), LeaseId::new(id)).await.unwrap()
}

#[tokio::test]
async fn history_stays_within_its_bytes() {
    let storage = bounded();
    for number in 0..2000 {
        put(&storage, "/hot", vec![b'x'; 1000]).await;
        put(&storage, &format!("/{}", number % 100), "cold").await;
        storage.txn(Txn::new().then(Op::delete(format!("/{}", number % 90)))).await.unwrap();
        let status = storage.status().await.unwrap();
        assert!(status.size - status.size_in_use <= HISTORY_BYTES as u64, "{status:?}");
    }
    let past = storage.range(RangeRequest::new(KeyRange::all()).at(Revision::new(10))).await;
    assert!(matches!(past, Err(Error::Compacted { revision }) if revision > Revision::new(5000)), "{past:?}");
}

#[tokio::test]
async fn a_revision_larger_than_history_is_still_made() {
    let storage = bounded();
    for number in 0..200 {
        put(&storage, &format!("/{number}"), vec![b'x'; 1000]).await;
    }
    let mut watch = storage.watch(WatchRequest::new(KeyRange::all()).with_prev()).await.unwrap();
    let wipe = storage.txn(Txn::new().then(Op::delete_range(KeyRange::all()))).await.unwrap();
    let Some(Ok(WatchUpdate::Events(events))) = watch.next().await else { panic!("the events still come") };
    assert_eq!(events.len(), 200);
    assert!(events.iter().all(|event| event.revision() == wipe.revision));
    let status = storage.status().await.unwrap();
    assert_eq!(status.size_in_use, 0);
    assert!(status.size <= HISTORY_BYTES as u64, "{status:?}");
}

#[tokio::test]
async fn compaction_gives_everything_back() {
    let storage = Memory::new();
    for number in 0..20_000 {
        put(&storage, &format!("/{}", number % 1000), "1").await;
    }
    let last = storage.txn(Txn::new().then(Op::delete_range(KeyRange::all()))).await.unwrap().revision;
    storage.compact(last).await.unwrap();
    let marker = put(&storage, "/last", "1").await;
    storage.compact(marker).await.unwrap();
    let status = storage.status().await.unwrap();
    assert!(status.size < 1000, "{status:?}");
}

#[tokio::test]
async fn a_watch_that_compaction_overtakes_is_told() {
    let storage = bounded();
    let mut slow = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
    for _ in 0..1000 {
        put(&storage, "/a", vec![b'x'; 1000]).await;
    }
    assert!(matches!(slow.next().await, Some(Err(Error::Compacted { .. }))));
    assert!(slow.next().await.is_none());
}

#[tokio::test]
async fn watches_end_with_the_leader() {
    let storage = Memory::new();
    let mut watch = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
    let first = put(&storage, "/a", "1").await;
    assert_eq!(watch.next().await.unwrap().unwrap().revision(), first);
    storage.lose_leader();
    let second = put(&storage, "/a", "2").await;
    assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
    assert_eq!(watch.next().await, None);

    let resumed = WatchRequest::new(KeyRange::all()).from(first.next());
    let mut watch = storage.watch(resumed).await.unwrap();
    assert_eq!(watch.next().await.unwrap().unwrap().revision(), second);
}

#[tokio::test]
async fn watches_end_with_the_store() {
    let storage = Memory::new();
    let mut watch = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
    drop(storage);
    assert_eq!(watch.next().await, Some(Err(Error::LeaderLost)));
    assert_eq!(watch.next().await, None);
}

#[tokio::test]
async fn one_request_for_progress_is_answered_once() {
    let storage = Memory::new();
    let at = put(&storage, "/a", "1").await;
    let mut watch = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
    storage.request_progress().await.unwrap();
    assert_eq!(watch.next().await, Some(Ok(WatchUpdate::Progress(at))));
    assert_eq!(watch.next().now_or_never(), None);
    let later = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap().next().now_or_never();
    assert_eq!(later, None, "a watch does not answer requests from before its time");
}

#[tokio::test]
async fn nothing_happens_before_an_answer_is_awaited() {
    let storage = Memory::new();
    drop(storage.txn(Txn::new().then(Op::put("/a", "1"))));
    assert_eq!(storage.revision().await, Ok(Revision::FIRST));
}

#[tokio::test(start_paused = true)]
async fn leases_expire_in_the_order_of_their_deadlines() {
    let storage = Memory::new();
    for (id, seconds) in [(1, 30), (2, 10), (3, 20), (4, 10)] {
        let lease = grant(&storage, seconds, id).await;
        storage.txn(Txn::new().then(Op::put_leased(format!("/{id}"), "1", lease.id))).await.unwrap();
    }
    let mut watch = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
    let mut order = Vec::new();
    let started = tokio::time::Instant::now();
    while order.len() < 4 {
        let Some(Ok(WatchUpdate::Events(events))) = watch.next().await else { panic!("deletions come") };
        order.extend(events.iter().map(|event: &Event| (event.key().clone(), event.revision().get())));
    }
    assert_eq!(order, [("/2".into(), 6), ("/4".into(), 7), ("/3".into(), 8), ("/1".into(), 9)]);
    assert!(started.elapsed() < Duration::from_millis(30_010), "not later than the last deadline");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_in_the_name_of_an_overdue_lease() {
    let storage = Memory::new();
    let lease = grant(&storage, 10, 1).await;
    tokio::time::advance(Duration::from_secs(10)).await;
    let late = Txn::new().then(Op::put_leased("/a", "1", lease.id));
    assert_eq!(storage.txn(late).await, Err(Error::LeaseNotFound));
    assert_eq!(storage.lease_keep_alive(lease.id).await, Err(Error::LeaseNotFound));
}

#[tokio::test(start_paused = true)]
async fn a_sooner_deadline_is_noticed() {
    let storage = Arc::new(Memory::new());
    grant(&*storage, 1000, 1).await;
    tokio::task::yield_now().await;
    let soon = grant(&*storage, 5, 2).await;
    storage.txn(Txn::new().then(Op::put_leased("/a", "1", soon.id))).await.unwrap();
    let mut watch = storage.watch(WatchRequest::new(KeyRange::all())).await.unwrap();
    let started = tokio::time::Instant::now();
    assert!(matches!(watch.next().await, Some(Ok(WatchUpdate::Events(_)))));
    assert!(started.elapsed() < Duration::from_secs(6));
}
