//! Holders of leases: each keeps one alive for a while and lets it go, again and again.

use crate::failure::Failure;
use bytes::Bytes;
use futures_util::StreamExt;
use parking_lot::Mutex;
use pintle_chaos::checks::Held;
use pintle_storage::etcd::Etcd;
use pintle_storage::{
    Error, Event, KeyRange, Lease, Op, RangeRequest, Revision, Storage, Txn, WatchRequest, WatchUpdate,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Where their keys lie.
const PREFIX: &str = "/leased/";
/// How many hold leases.
const HOLDERS: u64 = 4;
/// How long a lease lives.
const TTL: Duration = Duration::from_secs(4);
/// How often it is kept alive.
const KEEP: Duration = Duration::from_millis(700);
/// How long leases may take to end that nobody holds, once the cluster is well.
const END_MAX: Duration = Duration::from_secs(60);

/// What was told deleted, and when.
type Gone = Arc<Mutex<Vec<(Bytes, Instant)>>>;

/// Holders at work.
#[derive(Debug)]
pub(crate) struct Holders {
    storage: Arc<Etcd>,
    holders: JoinSet<Result<(), Error>>,
    watching: JoinSet<Result<(), Error>>,
    over: Arc<AtomicBool>,
    held: Arc<Mutex<Vec<Held>>>,
    gone: Gone,
    /// How far the watch has told, which is as far as may be compacted.
    told: Arc<AtomicU64>,
}

impl Holders {
    pub(crate) fn start(storage: Arc<Etcd>, seed: u64) -> Holders {
        let mut started = Holders {
            storage: Arc::clone(&storage),
            holders: JoinSet::new(),
            watching: JoinSet::new(),
            over: Arc::default(),
            held: Arc::default(),
            gone: Arc::default(),
            told: Arc::new(AtomicU64::new(Revision::FIRST.get())),
        };
        started.watching.spawn(watch(
            Arc::clone(&storage),
            Arc::clone(&started.gone),
            Arc::clone(&started.told),
        ));
        for number in 0..HOLDERS {
            let mut random = StdRng::seed_from_u64(seed.wrapping_add(number));
            let (storage, held) = (Arc::clone(&storage), Arc::clone(&started.held));
            let over = Arc::clone(&started.over);
            started.holders.spawn(async move {
                for round in 0_u64.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let key = Bytes::from(format!("{PREFIX}{number}-{round}"));
                    let keeps = random.random_range(0..12);
                    match hold(&storage, key, keeps).await {
                        Ok(lease) => held.lock().extend(lease),
                        Err(error) if error.may_retry() || error.may_have_applied() => {}
                        Err(Error::NoSpace) => {}
                        Err(error) => return Err(error),
                    }
                    tokio::time::sleep(KEEP).await;
                }
                Ok(())
            });
        }
        started
    }

    /// Everything up to this revision was told to them.
    pub(crate) fn revision(&self) -> Revision {
        Revision::new(self.told.load(Ordering::SeqCst))
    }

    /// Lets them end, and waits until all leases have: what was held, and what was told gone.
    pub(crate) async fn stop(mut self) -> Result<(Vec<Held>, Vec<(Bytes, Instant)>), Failure> {
        self.over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.holders.join_next().await {
            if let Ok(Err(error)) = ended {
                return Err(Failure::Ended(error));
            }
        }
        let deadline = Instant::now() + END_MAX;
        let held = std::mem::take(&mut *self.held.lock());
        // A lease that never ends is a violation, and will be found.
        while Instant::now() < deadline && !self.are_gone(&held).await {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        if let Some(Ok(Err(error))) = self.watching.try_join_next() {
            return Err(Failure::Ended(error));
        }
        let gone = self.gone.lock().clone();
        Ok((held, gone))
    }

    /// Whether none of their keys is there, and all were told to be gone.
    async fn are_gone(&self, held: &[Held]) -> bool {
        let left = self.storage.range(RangeRequest::new(KeyRange::prefix(PREFIX)).count_only()).await;
        let gone = self.gone.lock();
        left.is_ok_and(|left| left.count == 0)
            && held.iter().all(|held| gone.iter().any(|(key, _)| *key == held.key))
    }
}

/// Holds one lease with one key, and lets it go. `None` when it is not known whether it ever was.
async fn hold(storage: &Etcd, key: Bytes, keeps: u32) -> Result<Option<Held>, Error> {
    let mut asked = Instant::now();
    let Lease { id, ttl } = storage.lease_grant(TTL, None).await?;
    let put = Op::Put { key: key.clone(), value: "held".into(), lease: Some(id) };
    match storage.txn(Txn { compares: Vec::new(), success: vec![put], failure: Vec::new() }).await {
        // The write came too late for its lease.
        Err(Error::LeaseNotFound) => return Ok(None),
        written => drop(written?),
    }
    let mut refused = None;
    for _ in 0..keeps {
        tokio::time::sleep(KEEP).await;
        let begun = Instant::now();
        match storage.lease_keep_alive(id).await {
            Ok(_) => asked = begun,
            Err(Error::LeaseNotFound) => {
                refused = Some(Instant::now());
                break;
            }
            // It may live on or not: nothing more is known than before.
            Err(error) if error.may_retry() || error.may_have_applied() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(Held { key, ttl, asked, refused }))
}

async fn watch(storage: Arc<Etcd>, gone: Gone, told: Arc<AtomicU64>) -> Result<(), Error> {
    let mut next = Revision::FIRST;
    loop {
        match watch_once(&storage, &gone, &told, &mut next).await {
            Ok(()) | Err(Error::LeaderLost) => {}
            Err(error) if error.may_retry() => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn watch_once(storage: &Etcd, gone: &Gone, told: &AtomicU64, next: &mut Revision) -> Result<(), Error> {
    let mut updates = storage.watch(WatchRequest::new(KeyRange::prefix(PREFIX)).from(*next)).await?;
    while let Some(update) = updates.next().await {
        let update = update?;
        *next = update.revision().next().max(*next);
        told.store(next.get().saturating_sub(1), Ordering::SeqCst);
        let WatchUpdate::Events(events) = update else { continue };
        let now = Instant::now();
        let deleted = events.iter().filter(|event| matches!(event, Event::Delete { .. }));
        gone.lock().extend(deleted.map(|event| (event.key().clone(), now)));
    }
    Ok(())
}
