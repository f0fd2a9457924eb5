//! One reader for each member, who asks it for keys: half of the time for what everybody knows, half of the time for
//! what this member knows.

use crate::cluster::Cluster;
use crate::failure::Failure;
use parking_lot::Mutex;
use pintle_chaos::checks::Reading;
use pintle_chaos::history::History;
use pintle_chaos::keys::{name, value_of};
use pintle_storage::etcd::Etcd;
use pintle_storage::{Error, KeyRange, RangeRequest, Storage};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// Between two reads.
const PAUSE: Duration = Duration::from_millis(25);

/// Readers at work.
#[derive(Debug)]
pub(crate) struct Readers {
    readers: JoinSet<Result<(), Error>>,
    readings: Arc<Mutex<Vec<Reading>>>,
}

struct Reader {
    member: usize,
    storage: Arc<Etcd>,
    lives: Arc<AtomicU64>,
    keys: u32,
    history: Arc<History>,
    readings: Arc<Mutex<Vec<Reading>>>,
    random: StdRng,
}

impl Readers {
    pub(crate) fn start(
        cluster: &Cluster,
        keys: u32,
        seed: u64,
        history: &Arc<History>,
    ) -> Result<Readers, Failure> {
        let mut started = Readers { readers: JoinSet::new(), readings: Arc::default() };
        for place in 0..cluster.len() {
            let mut reader = Reader {
                member: place,
                storage: cluster.client_of(place)?,
                lives: Arc::clone(&cluster.members[place].lives),
                keys,
                history: Arc::clone(history),
                readings: Arc::clone(&started.readings),
                random: StdRng::seed_from_u64(seed.wrapping_add(place as u64)),
            };
            started.readers.spawn(async move {
                loop {
                    reader.read().await?;
                    tokio::time::sleep(PAUSE).await;
                }
            });
        }
        Ok(started)
    }

    /// Ends them; what they read so far is what they read.
    pub(crate) async fn stop(mut self) -> Result<Vec<Reading>, Failure> {
        if let Some(Ok(Err(error))) = self.readers.try_join_next() {
            return Err(Failure::Ended(error));
        }
        self.readers.shutdown().await;
        Ok(std::mem::take(&mut *self.readings.lock()))
    }
}

impl Reader {
    async fn read(&mut self) -> Result<(), Error> {
        let key = self.random.random_range(0..self.keys);
        let linearizable = self.random.random_bool(0.5);
        let request = RangeRequest::new(KeyRange::key(name(key)));
        let request = if linearizable { request } else { request.serializable() };
        let life = self.lives.load(Ordering::SeqCst);
        let begun = self.history.now();
        let answer = match self.storage.range(request).await {
            Ok(answer) => answer,
            Err(error) if error.may_retry() => return Ok(()),
            Err(error) => return Err(error),
        };
        let ended = self.history.now();
        let is_same = self.lives.load(Ordering::SeqCst) == life;
        let found = answer.kvs.first().map(|kv| (value_of(kv).unwrap_or(u64::MAX), kv.mod_revision));
        self.readings.lock().push(Reading {
            member: Some(self.member),
            life: is_same.then_some(life),
            linearizable,
            key,
            revision: answer.revision,
            found,
            begun,
            ended,
        });
        Ok(())
    }
}
