//! One watch of everything, from the first revision on, that goes on after every end where it ended.

use crate::failure::Failure;
use crate::workload::{PREFIX, value_of};
use bytes::Bytes;
use futures_util::StreamExt;
use pintle_storage::etcd::Etcd;
use pintle_storage::{Error, Event, KeyRange, Revision, Storage, WatchRequest, WatchUpdate};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long the watch may take to tell the last of it.
const TELL_MAX: Duration = Duration::from_secs(30);

/// What one event told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Telling {
    pub(crate) revision: Revision,
    pub(crate) key: Bytes,
    /// `None` for a deletion.
    pub(crate) value: Option<u64>,
}

/// Everything that was told, in the order of telling.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) events: Vec<Telling>,
    /// How often the watch was begun.
    pub(crate) begun: usize,
}

/// A watch under way.
#[derive(Debug)]
pub(crate) struct Watcher {
    told: watch::Receiver<Told>,
    watching: JoinSet<Result<(), Error>>,
}

impl Watcher {
    pub(crate) fn start(storage: Arc<Etcd>) -> Watcher {
        let (tell, told) = watch::channel(Told::default());
        let mut watching = JoinSet::new();
        watching.spawn(async move { watch(&storage, &tell).await });
        Watcher { told, watching }
    }

    /// Waits until everything up to `revision` is told.
    pub(crate) async fn until(mut self, revision: Revision) -> Result<Told, Failure> {
        let is_told = |told: &Told| told.events.last().is_some_and(|last| last.revision >= revision);
        tokio::select! {
            // What is missing then is a violation, and will be found.
            _ = tokio::time::timeout(TELL_MAX, self.told.wait_for(is_told)) => {}
            Some(Ok(Err(error))) = self.watching.join_next() => return Err(Failure::Watch(error)),
        }
        let told = self.told.borrow().clone();
        Ok(told)
    }
}

async fn watch(storage: &Etcd, tell: &watch::Sender<Told>) -> Result<(), Error> {
    let mut next = Revision::FIRST;
    loop {
        tell.send_modify(|told| told.begun += 1);
        let request = WatchRequest::new(KeyRange::prefix(PREFIX)).from(next);
        match storage.watch(request).await {
            Ok(mut updates) => {
                while let Some(update) = updates.next().await {
                    match update {
                        Ok(update) => {
                            next = update.revision().next().max(next);
                            if let WatchUpdate::Events(events) = update {
                                tell.send_modify(|told| told.events.extend(events.iter().map(telling)));
                            }
                        }
                        Err(Error::LeaderLost) => break,
                        Err(error) if error.may_retry() => break,
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(error) if error.may_retry() || error == Error::LeaderLost => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn telling(event: &Event) -> Telling {
    let value = match event {
        Event::Put { kv, .. } => value_of(kv),
        Event::Delete { .. } => None,
    };
    Telling { revision: event.revision(), key: event.key().clone(), value }
}
