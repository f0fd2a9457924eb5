//! A watch of everything, from the first revision on, that goes on after every end where it ended.

use crate::failure::Failure;
use futures_util::StreamExt;
use pintle_chaos::history::History;
use pintle_chaos::keys::PREFIX;
use pintle_chaos::told::{Telling, Told};
use pintle_storage::etcd::Etcd;
use pintle_storage::{Error, KeyRange, Revision, Storage, WatchRequest, WatchUpdate};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// How long the watch may take to tell the last of it.
const TELL_MAX: Duration = Duration::from_secs(60);

/// Everything that was told, with when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    pub(crate) told: Told,
    /// On the history's clock, for each event.
    pub(crate) at: Vec<i64>,
    /// For people, for each event.
    pub(crate) when: Vec<Instant>,
}

/// A watch under way.
#[derive(Debug)]
pub(crate) struct Watcher {
    told: watch::Receiver<Watched>,
    watching: JoinSet<Result<(), Error>>,
}

/// A watch, and what it has of its own.
struct Watching {
    storage: Arc<Etcd>,
    history: Arc<History>,
    tell: watch::Sender<Watched>,
    /// How long it stays before it leaves by itself and comes back.
    stays: Option<StdRng>,
}

impl Watcher {
    /// Watches; with a seed, it leaves and comes back now and then without being made to.
    pub(crate) fn start(storage: Arc<Etcd>, history: &Arc<History>, leaves: Option<u64>) -> Watcher {
        let (tell, told) = watch::channel(Watched::default());
        let (history, stays) = (Arc::clone(history), leaves.map(StdRng::seed_from_u64));
        let mut watching = JoinSet::new();
        watching.spawn(Watching { storage, history, tell, stays }.run());
        Watcher { told, watching }
    }

    /// The last revision that was told.
    pub(crate) fn revision(&self) -> Revision {
        self.told.borrow().told.events.last().map_or(Revision::ZERO, |telling| telling.revision)
    }

    /// Waits until everything up to `revision` is told.
    pub(crate) async fn until(mut self, revision: Revision) -> Result<Watched, Failure> {
        let is_told =
            |known: &Watched| known.told.events.last().is_some_and(|last| last.revision >= revision);
        tokio::select! {
            // What is missing then is a violation, and will be found.
            _ = tokio::time::timeout(TELL_MAX, self.told.wait_for(is_told)) => {}
            Some(Ok(Err(error))) = self.watching.join_next() => return Err(Failure::Ended(error)),
        }
        self.watching.shutdown().await;
        let told = self.told.borrow().clone();
        Ok(told)
    }
}

impl Watching {
    async fn run(mut self) -> Result<(), Error> {
        let mut next = Revision::FIRST;
        loop {
            self.tell.send_modify(|known| known.told.begun += 1);
            match self.watch(&mut next).await {
                Ok(()) | Err(Error::LeaderLost) => {}
                Err(error) if error.may_retry() => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Watches once, from `next` on.
    async fn watch(&mut self, next: &mut Revision) -> Result<(), Error> {
        let stay = self.stays.as_mut().map_or(u64::from(u32::MAX), |random| random.random_range(500..8000));
        let until = Instant::now() + Duration::from_millis(stay);
        let request = WatchRequest::new(KeyRange::prefix(PREFIX)).from(*next);
        let mut updates = self.storage.watch(request).await?;
        while let Ok(Some(update)) = timeout_at(until, updates.next()).await {
            let update = update?;
            *next = update.revision().next().max(*next);
            if let WatchUpdate::Events(events) = update {
                let (at, when) = (self.history.now(), Instant::now());
                self.tell.send_modify(|known| {
                    known.at.extend(events.iter().map(|_| at));
                    known.when.extend(events.iter().map(|_| when));
                    known.told.events.extend(events.iter().map(Telling::from));
                });
            }
        }
        Ok(())
    }
}
