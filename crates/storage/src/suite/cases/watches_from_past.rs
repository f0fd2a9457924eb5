//! Watching from a revision: replay, the seam between replay and what happens now, and slow readers.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::suite::Subject;
use crate::suite::steps::{delete, put, put_op, revision, txn};
use crate::suite::watching::{Watching, lines};
use crate::{KeyRange, Op, Revision, Storage, Txn, WatchRequest};

pub(super) async fn the_past_is_replayed(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    let two = put(&*storage, "/b", "2").await;
    let three = delete(&*storage, "/a").await;
    let mut watch = Watching::all_from(&*storage, two).await;
    let expected = [format!("put /b=2 @{two}"), format!("delete /a @{three}")];
    assert_eq!(lines(&watch.settled(&*storage).await), expected);
}

pub(super) async fn the_past_is_filtered(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = put(&*storage, "/a", "1").await;
    let second = put(&*storage, "/b", "1").await;
    put(&*storage, "/c", "1").await;
    let request = WatchRequest::new(KeyRange::key("/b")).from(first);
    let mut watch = Watching::open(&*storage, request).await;
    assert_eq!(lines(&watch.settled(&*storage).await), [format!("put /b=1 @{second}")]);
}

pub(super) async fn prev_is_replayed(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = put(&*storage, "/a", "1").await;
    let second = put(&*storage, "/a", "2").await;
    delete(&*storage, "/a").await;
    let request = WatchRequest::new(KeyRange::all()).from(first).with_prev();
    let events = Watching::open(&*storage, request).await.events(3).await;
    let prevs: Vec<_> = events.iter().map(|event| event.prev().map(|prev| prev.mod_revision)).collect();
    assert_eq!(prevs, [None, Some(first), Some(second)]);
}

pub(super) async fn replay_goes_over_into_live(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = put(&*storage, "/a", "1").await;
    let mut watch = Watching::all_from(&*storage, first).await;
    let second = put(&*storage, "/a", "2").await;
    let expected = [format!("put /a=1 @{first}"), format!("put /a=2 @{second}")];
    assert_eq!(lines(&watch.events(2).await), expected);
    let third = put(&*storage, "/a", "3").await;
    assert_eq!(lines(&watch.events(1).await), [format!("put /a=3 @{third}")]);
}

pub(super) async fn a_future_revision_is_waited_for(subject: &dyn Subject) {
    let storage = subject.storage();
    let now = put(&*storage, "/a", "1").await;
    let mut watch = Watching::all_from(&*storage, now.next().next()).await;
    put(&*storage, "/a", "early").await;
    let at = put(&*storage, "/a", "in time").await;
    assert_eq!(lines(&watch.events(1).await), [format!("put /a=in time @{at}")]);
}

pub(super) async fn a_watch_resumes_where_another_stopped(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = put(&*storage, "/a", "1").await;
    let stopped = Watching::all_from(&*storage, first).await.batch().await;
    let reached = stopped.last().expect("a batch has events").revision();
    assert_eq!(reached, first);
    let second = put(&*storage, "/a", "2").await;
    let mut resumed = Watching::all_from(&*storage, reached.next()).await;
    assert_eq!(lines(&resumed.settled(&*storage).await), [format!("put /a=2 @{second}")]);
}

pub(super) async fn a_slow_reader_misses_nothing(subject: &dyn Subject) {
    const WRITES: usize = 3000;
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::key("/a"))).await;
    let start = revision(&*storage).await;
    for number in 0..WRITES {
        put(&*storage, "/a", &number.to_string()).await;
    }
    let events = watch.events(WRITES).await;
    let expected = (1..).map(|step| Revision::new(start.get() + step));
    assert!(events.iter().map(crate::Event::revision).eq(expected.take(WRITES)));
}

pub(super) async fn large_revisions_come_whole(subject: &dyn Subject) {
    let storage = subject.storage();
    let start = revision(&*storage).await;
    for round in 0..30 {
        let mut write = Txn::new();
        for number in 0..100 {
            write = write.then(put_op(&format!("/{round}/{number:03}"), "1"));
        }
        txn(&*storage, write).await;
    }
    txn(&*storage, Txn::new().then(Op::delete_range(KeyRange::all()))).await;
    let mut watch = Watching::all_from(&*storage, start.next()).await;
    let mut sizes = BTreeMap::new();
    for event in watch.settled(&*storage).await {
        *sizes.entry(event.revision()).or_insert(0) += 1;
    }
    let sizes: Vec<_> = sizes.into_values().collect();
    let expected: Vec<_> = std::iter::repeat_n(100, 30).chain([3000]).collect();
    assert_eq!(sizes, expected);
}

pub(super) async fn nothing_is_missed_or_repeated_under_writers(subject: &dyn Subject) {
    const WRITERS: usize = 8;
    const WRITES: usize = 50;
    let storage = subject.storage();
    let start = revision(&*storage).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let storage = subject.storage();
        writers.spawn(async move { write_many(&*storage, writer, WRITES).await });
    }
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let storage = subject.storage();
        let from = revision(&*storage).await.next();
        readers.spawn(async move {
            let mut watch = Watching::all_from(&*storage, from).await;
            let left = start.get() + (WRITERS * WRITES) as u64 + 1 - from.get();
            (from, watch.events(usize::try_from(left).expect("it is small")).await)
        });
        tokio::task::yield_now().await;
    }
    writers.join_all().await;
    for (from, events) in readers.join_all().await {
        let revisions = events.iter().map(|event| event.revision().get());
        assert!(revisions.eq(from.get()..from.get() + events.len() as u64), "one event for each revision");
    }
}

async fn write_many(storage: &dyn Storage, writer: usize, count: usize) {
    for number in 0..count {
        put(storage, &format!("/{writer}"), &number.to_string()).await;
        tokio::task::yield_now().await;
    }
}
