//! Clients at work on few keys: each does one thing after the other, as fast as it is answered.

use super::Outages;
use crate::cluster::Cluster;
use crate::failure::Failure;
use parking_lot::Mutex;
use pintle_chaos::history::{Asked, Became, Call, History};
use pintle_chaos::keys::{name, text, value_of};
use pintle_storage::etcd::Etcd;
use pintle_storage::{
    Compare, Error, KeyRange, Op, OpResponse, RangeRequest, Relation, Revision, Storage, Target, Txn,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Between two calls of a client, at the most: histories that are too dense can't be checked.
const PAUSE_MAX: u64 = 30;

/// Clients at work.
#[derive(Debug)]
pub(crate) struct Workload {
    clients: JoinSet<()>,
    over: Arc<AtomicBool>,
    pub(crate) refusals: Arc<Refusals>,
    /// When which write was acknowledged, for people.
    acknowledged: Arc<Mutex<Vec<(Revision, Instant)>>>,
    values: Arc<AtomicU64>,
}

/// Calls that surely had no effect.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// Writes for which there was no room.
    pub(crate) no_space: AtomicU64,
    /// Everything else: no leader, no connection.
    pub(crate) others: AtomicU64,
}

struct Client {
    number: u32,
    keys: u32,
    storage: Arc<Etcd>,
    history: Arc<History>,
    values: Arc<AtomicU64>,
    random: StdRng,
    refusals: Arc<Refusals>,
    outages: Arc<Outages>,
    acknowledged: Arc<Mutex<Vec<(Revision, Instant)>>>,
}

impl Workload {
    /// Half of the clients know all members, the others one each: so every member is asked.
    pub(crate) fn start(
        cluster: &Cluster,
        clients: usize,
        keys: u32,
        seed: u64,
        history: &Arc<History>,
        outages: &Arc<Outages>,
    ) -> Result<Workload, Failure> {
        let mut workload = Workload {
            clients: JoinSet::new(),
            over: Arc::default(),
            refusals: Arc::default(),
            acknowledged: Arc::default(),
            values: Arc::new(AtomicU64::new(1)),
        };
        for (number, place) in (0..clients).zip(0_u32..) {
            let one = (number / 2) % cluster.len();
            let storage = if number % 2 == 0 { cluster.client()? } else { cluster.client_of(one)? };
            let mut client = Client {
                number: place,
                keys,
                storage,
                history: Arc::clone(history),
                values: Arc::clone(&workload.values),
                random: StdRng::seed_from_u64(seed.wrapping_add(u64::from(place) + 1)),
                refusals: Arc::clone(&workload.refusals),
                outages: Arc::clone(outages),
                acknowledged: Arc::clone(&workload.acknowledged),
            };
            let over = Arc::clone(&workload.over);
            workload.clients.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    client.work().await;
                }
            });
        }
        Ok(workload)
    }

    /// Lets every client finish its last call. Answers when which write was acknowledged, and a value that nobody wrote.
    pub(crate) async fn stop(mut self) -> (Vec<(Revision, Instant)>, u64) {
        self.over.store(true, Ordering::Relaxed);
        while self.clients.join_next().await.is_some() {}
        (std::mem::take(&mut *self.acknowledged.lock()), self.values.load(Ordering::Relaxed))
    }
}

impl Client {
    async fn work(&mut self) {
        let key = self.random.random_range(0..self.keys);
        let asked = self.choose(key).await;
        let begun = self.history.now();
        let became = match asked {
            Asked::Get => self.get(key).await,
            asked => self.write(key, asked).await,
        };
        let ended = if became == Some(Became::Unknown) { i64::MAX } else { self.history.now() };
        // What certainly was not done is not part of the history.
        if let Some(became) = became {
            self.history.add(Call { client: self.number, key, asked, became, begun, ended });
        }
        let pause = self.random.random_range(0..PAUSE_MAX);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }

    async fn choose(&mut self, key: u32) -> Asked {
        match self.random.random_range(0..10) {
            0..4 => Asked::Get,
            4..7 => Asked::Put(self.value()),
            7..9 => {
                // From what was there a moment ago: others may come in between.
                let from = match self.get(key).await {
                    Some(Became::Found(found)) => found,
                    _ => None,
                };
                Asked::Swap { from, to: self.value() }
            }
            _ => Asked::Delete,
        }
    }

    fn value(&self) -> u64 {
        self.values.fetch_add(1, Ordering::Relaxed)
    }

    async fn get(&self, key: u32) -> Option<Became> {
        let found = match self.storage.range(RangeRequest::new(KeyRange::key(name(key)))).await {
            Ok(found) => found,
            Err(_) => {
                self.refusals.others.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        };
        self.outages.read();
        Some(Became::Found(found.kvs.first().and_then(value_of)))
    }

    async fn write(&self, key: u32, asked: Asked) -> Option<Became> {
        match self.storage.txn(txn(key, asked)).await {
            Ok(response) if !response.succeeded => Some(Became::Refused),
            Ok(response) => match response.responses.first() {
                Some(OpResponse::Delete { deleted: 0 }) => Some(Became::Refused),
                _ => {
                    self.outages.written();
                    self.acknowledged.lock().push((response.revision, Instant::now()));
                    Some(Became::Written(response.revision))
                }
            },
            Err(error) if is_full(&error) => {
                self.refusals.no_space.fetch_add(1, Ordering::Relaxed);
                None
            }
            Err(error) if error.may_have_applied() => Some(Became::Unknown),
            Err(_) => {
                self.refusals.others.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }
}

fn txn(key: u32, asked: Asked) -> Txn {
    let put = |value: u64| Op::Put { key: name(key), value: text(value), lease: None };
    let (compares, op) = match asked {
        Asked::Put(value) => (Vec::new(), put(value)),
        Asked::Swap { from, to } => {
            let target = match from {
                Some(value) => Target::Value(text(value)),
                None => Target::Version(0),
            };
            (vec![Compare { key: name(key), target, relation: Relation::Equal }], put(to))
        }
        Asked::Delete | Asked::Get => (Vec::new(), Op::Delete { range: KeyRange::key(name(key)) }),
    };
    Txn { compares, success: vec![op], failure: Vec::new() }
}

/// Whether there was no room. Of etcd a client can't know then whether it was done all the same; our members promise that
/// it was not, so it is held against them.
pub(crate) fn is_full(error: &Error) -> bool {
    error.to_string() == Error::NoSpace.to_string()
}

/// Puts one value after the other until one is acknowledged: the last write of a history. Answers when it is.
pub(crate) async fn put_until_known(storage: &Etcd, history: &History, mut value: u64) -> Revision {
    loop {
        let begun = history.now();
        let asked = Asked::Put(value);
        let call = |became, ended| Call { client: u32::MAX, key: 0, asked, became, begun, ended };
        match storage.txn(txn(0, asked)).await {
            Ok(response) => {
                history.add(call(Became::Written(response.revision), history.now()));
                return response.revision;
            }
            Err(error) if error.may_have_applied() => history.add(call(Became::Unknown, i64::MAX)),
            Err(_) => {}
        }
        value += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
