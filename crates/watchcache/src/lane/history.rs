//! What happened shortly before a lane was loaded, so that watches can start in the past of this process.

use std::collections::VecDeque;

use futures_util::StreamExt;
use pintle_storage::{Error, Event, KeyValue, Result, Revision, WatchRequest, WatchUpdate};
use tokio::time::{Instant, timeout, timeout_at};

use super::Lane;
use crate::cache::Shared;

/// Changes of a lane in order, the oldest given up when there are too many.
struct History {
    events: VecDeque<Event>,
    bytes: usize,
    limit: usize,
    /// Every change above this revision is there.
    floor: Revision,
}

impl Lane {
    /// Every change above the answered revision and up to `loaded`. Best effort: what storage no longer has or does not
    /// deliver in time is left out. A storage that reports no progress never tells that there is no more: all is left out.
    pub(super) async fn history(&self, cache: &Shared, loaded: Revision) -> (Vec<Event>, Revision) {
        let mut floor = Revision::new(loaded.get().saturating_sub(cache.backfill_revisions));
        if !cache.storage.reports_progress() {
            return (Vec::new(), loaded);
        }
        let deadline = Instant::now() + cache.timing.backfill;
        while floor < loaded {
            let history = History { events: VecDeque::new(), bytes: 0, limit: cache.ring_bytes, floor };
            match timeout_at(deadline, self.replay(cache, history, loaded)).await {
                Ok(Ok(history)) => return (history.events.into(), history.floor),
                Ok(Err(Error::Compacted { revision })) if revision > floor => floor = revision,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "watch history could not be read");
                    break;
                }
                Err(_) => break,
            }
        }
        (Vec::new(), loaded)
    }

    async fn replay(&self, cache: &Shared, mut history: History, loaded: Revision) -> Result<History> {
        let request = WatchRequest::new(self.range.clone()).from(history.floor.next()).with_prev();
        let mut stream = cache.storage.watch(request).await?;
        loop {
            // The last change may lie long before `loaded`: then only progress tells that there is no more.
            cache.storage.request_progress().await?;
            while let Ok(next) = timeout(cache.timing.progress_every, stream.next()).await {
                if history.take_in(next, loaded)? {
                    return Ok(history);
                }
            }
        }
    }
}

impl History {
    /// Answers whether it is complete.
    fn take_in(&mut self, next: Option<Result<WatchUpdate>>, loaded: Revision) -> Result<bool> {
        let update = next.unwrap_or(Err(Error::LeaderLost))?;
        let complete = update.revision() >= loaded;
        if let WatchUpdate::Events(events) = update {
            for event in events.into_iter().take_while(|event| event.revision() <= loaded) {
                self.bytes += size(&event);
                self.events.push_back(event);
            }
        }
        while self.bytes > self.limit {
            self.give_up_a_revision();
        }
        Ok(complete)
    }

    fn give_up_a_revision(&mut self) {
        let oldest = self.events.front().map_or(self.floor, Event::revision);
        self.floor = oldest;
        while let Some(event) = self.events.pop_front_if(|event| event.revision() == oldest) {
            self.bytes -= size(&event);
        }
    }
}

fn size(event: &Event) -> usize {
    let size = |kv: &KeyValue| kv.bytes().map_or(0, |bytes| bytes.len());
    let current = match event {
        Event::Put { kv, .. } => size(kv),
        Event::Delete { .. } => 0,
    };
    event.key().len() + current + event.prev().map_or(0, size)
}
