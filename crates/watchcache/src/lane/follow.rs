//! A lane's life: load, then follow the stream of changes; open it anew where it broke; load again when what happened
//! meanwhile is compacted.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use pintle_storage::{Error, Revision, WatchRequest, WatchStream};
use tokio::time::{Instant, sleep, timeout};

use super::{Lane, Status};
use crate::cache::Shared;
use crate::watch::Ending;

/// Keeps a lane as fresh as storage lets it, until it is dropped.
pub(crate) async fn run(lane: Arc<Lane>, cache: Arc<Shared>) {
    let mut follower = Follower { lane: &lane, cache: &cache, lost: None, pause: cache.timing.retry.0 };
    loop {
        match lane.load(&cache).await {
            Ok((revision, entries)) => {
                let (history, floor) = lane.history(&cache, revision).await;
                lane.install(entries, revision, history, floor);
                cache.budget.keep();
                follower.found();
                follower.follow(revision).await;
            }
            // While the pages were read: at once again, at a newer revision.
            Err(Error::Compacted { .. }) => {}
            Err(error) => follower.pause(error).await,
        }
    }
}

struct Follower<'a> {
    lane: &'a Lane,
    cache: &'a Shared,
    /// Since when nothing has been heard of storage.
    lost: Option<Instant>,
    /// How long to wait before the next attempt.
    pause: Duration,
}

impl Follower<'_> {
    /// Takes in everything that happens after `reached`, until some of that is compacted.
    async fn follow(&mut self, mut reached: Revision) {
        loop {
            match self.open(reached.next()).await {
                Ok(stream) => match self.drain(stream, &mut reached).await {
                    Ok(()) => {}
                    Err(Error::Compacted { .. }) => return,
                    Err(error) => self.pause(error).await,
                },
                Err(Error::Compacted { .. }) => return,
                Err(error) => self.pause(error).await,
            }
        }
    }

    async fn open(&self, from: Revision) -> Result<WatchStream, Error> {
        let mut request = WatchRequest::new(self.lane.range.clone()).from(from);
        request.prev = !self.lane.cached;
        match timeout(self.cache.timing.silence, self.cache.storage.watch(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::LeaderLost),
        }
    }

    /// Takes in what a stream delivers, until it was silent for so long that it is better opened anew.
    ///
    /// # Errors
    /// Why it ended.
    async fn drain(&mut self, mut stream: WatchStream, reached: &mut Revision) -> Result<(), Error> {
        let opened = Instant::now();
        loop {
            // After a loss nothing counts as found before something was heard: ask for it.
            let patience = match self.lost {
                Some(_) => self.cache.timing.progress_every,
                None => self.cache.timing.silence,
            };
            match timeout(patience, stream.next()).await {
                Ok(Some(Ok(update))) => {
                    *reached = update.revision().max(*reached);
                    self.lane.take_in(update);
                    self.cache.budget.keep();
                    self.found();
                }
                Ok(Some(Err(error))) => return Err(error),
                Ok(None) => return Err(Error::LeaderLost),
                // Silence says nothing about a storage that reports no progress. It is there if it answers, and what
                // happens after the stream was opened comes; should the stream have been forgotten, the next one
                // brings what this one did not.
                Err(_) if !self.cache.storage.reports_progress() => {
                    self.cache.storage.revision().await?;
                    self.found();
                    if opened.elapsed() > self.cache.timing.silence {
                        return Ok(());
                    }
                }
                Err(_) if self.lost.is_none() || opened.elapsed() > self.cache.timing.silence => {
                    return Err(Error::LeaderLost);
                }
                Err(_) => {
                    self.count_loss();
                    self.cache.storage.request_progress().await?;
                }
            }
        }
    }

    fn found(&mut self) {
        if self.lost.take().is_some() {
            self.cache.outage.over();
            self.lane.found();
        }
        self.pause = self.cache.timing.retry.0;
    }

    /// Waits before the next attempt, each time longer.
    async fn pause(&mut self, error: Error) {
        tracing::debug!(%error, range = ?self.lane.range, "the stream of changes is lost");
        if self.lost.is_none() {
            self.cache.outage.begins(&error);
        }
        self.count_loss();
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(self.cache.timing.retry.1);
        self.count_loss();
    }

    fn count_loss(&mut self) {
        let since = *self.lost.get_or_insert_with(Instant::now);
        let status = *self.lane.status().borrow();
        if status == Status::Live && since.elapsed() >= self.cache.timing.lost {
            self.lane.lose(Ending::StorageLost);
        }
    }
}
