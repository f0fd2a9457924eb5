//! One watch of everything, from the first revision on, that goes on after every end where it ended.

use crate::failure::Failure;
use futures_util::StreamExt;
use pintle_chaos::keys::PREFIX;
use pintle_chaos::told::{Telling, Told};
use pintle_storage::etcd::Etcd;
use pintle_storage::{Error, KeyRange, Revision, Storage, WatchRequest, WatchUpdate};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long the watch may take to tell the last of it.
const TELL_MAX: Duration = Duration::from_secs(30);

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
                                tell.send_modify(|told| told.events.extend(events.iter().map(Telling::from)));
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
