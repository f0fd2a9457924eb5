//! Many at once. On one thread the tasks take turns at every step; on several they really meet.

use std::collections::BTreeSet;

use tokio::task::{JoinSet, yield_now};

use crate::suite::Subject;
use crate::suite::steps::{get, put, put_op, range, revision, text, txn, value};
use crate::suite::watching::{Watching, lines};
use crate::{Compare, KeyRange, Op, OpResponse, RangeRequest, Revision, Storage, Txn, WatchRequest};

const TASKS: usize = 10;
const ROUNDS: usize = 20;

pub(super) async fn increments_are_not_lost(subject: &dyn Subject) {
    put(&*subject.storage(), "/counter", "0").await;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let storage = subject.storage();
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                increment(&*storage, "/counter").await;
            }
        });
    }
    tasks.join_all().await;
    let storage = subject.storage();
    assert_eq!(value(&*storage, "/counter").await, (TASKS * ROUNDS).to_string());
    let kv = get(&*storage, "/counter").await.expect("it exists");
    assert_eq!(kv.version, (TASKS * ROUNDS) as u64 + 1);
}

pub(super) async fn one_of_many_creators_wins(subject: &dyn Subject) {
    for round in 0..ROUNDS {
        let key = format!("/{round}");
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (storage, key) = (subject.storage(), key.clone());
            tasks.spawn(async move {
                yield_now().await;
                let create =
                    Txn::new().when(Compare::absent(key.clone())).then(put_op(&key, &task.to_string()));
                txn(&*storage, create).await.succeeded.then_some(task)
            });
        }
        let winners: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1, "{winners:?} all created {key}");
        assert_eq!(value(&*subject.storage(), &key).await, winners[0].to_string());
    }
}

pub(super) async fn writes_have_revisions_of_their_own(subject: &dyn Subject) {
    let before = revision(&*subject.storage()).await.get();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let storage = subject.storage();
        tasks.spawn(async move {
            let mut revisions: Vec<Revision> = Vec::new();
            for round in 0..ROUNDS {
                revisions.push(put(&*storage, &format!("/{task}"), &round.to_string()).await);
                yield_now().await;
            }
            assert!(revisions.is_sorted(), "one writer's revisions rise");
            revisions
        });
    }
    let all: BTreeSet<u64> = tasks.join_all().await.into_iter().flatten().map(Revision::get).collect();
    assert!(all.into_iter().eq(before + 1..=before + (TASKS * ROUNDS) as u64));
}

pub(super) async fn reads_are_consistent_across_keys(subject: &dyn Subject) {
    let mut writers = JoinSet::new();
    for _ in 0..2 {
        let storage = subject.storage();
        writers.spawn(async move {
            for round in 0..TASKS * ROUNDS {
                let round = round.to_string();
                txn(&*storage, Txn::new().then(put_op("/p/x", &round)).then(put_op("/p/y", &round))).await;
                yield_now().await;
            }
        });
    }
    let storage = subject.storage();
    while !writers.is_empty() {
        while writers.try_join_next().is_some_and(|ended| ended.is_ok()) {}
        let pair = range(&*storage, RangeRequest::new(KeyRange::prefix("/p/"))).await;
        if let [x, y] = &pair.kvs[..] {
            assert_eq!((&x.payload, x.mod_revision), (&y.payload, y.mod_revision));
        }
        yield_now().await;
    }
}

pub(super) async fn watches_agree_on_the_order(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watches = Vec::new();
    for _ in 0..3 {
        watches.push(Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await);
    }
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let storage = subject.storage();
        tasks.spawn(async move {
            for round in 0..ROUNDS {
                put(&*storage, "/a", &format!("{task}.{round}")).await;
                yield_now().await;
            }
        });
    }
    tasks.join_all().await;
    let mut seen = Vec::new();
    for watch in &mut watches {
        seen.push(lines(&watch.events(TASKS * ROUNDS).await));
    }
    assert!(seen.iter().all(|lines| *lines == seen[0]));
}

/// Adds one to a number, however often others come between.
async fn increment(storage: &dyn Storage, key: &str) {
    let mut current = get(storage, key).await.expect("the counter exists");
    loop {
        yield_now().await;
        let number: u64 = text(current.bytes().expect("readable")).parse().expect("it is a number");
        let attempt = Txn::new()
            .when(Compare::unchanged(key.to_owned(), current.mod_revision))
            .then(put_op(key, &(number + 1).to_string()))
            .otherwise(Op::get(key.to_owned()));
        let response = txn(storage, attempt).await;
        if response.succeeded {
            return;
        }
        let read = response.responses.into_iter().find_map(OpResponse::into_range);
        current = read.and_then(|mut read| read.kvs.pop()).expect("the counter exists");
    }
}
