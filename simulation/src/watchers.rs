//! Watches that are begun again, on whichever node, whenever they end, where they ended.

use crate::chance::Chance;
use crate::clients::Records;
use crate::network::{Address, Ask, CLIENTS, Net, pipe};
use crate::seen::{Told, Watched};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use parking_lot::Mutex;
use pintle_raftstore::embedded::Embedded;
use pintle_storage::{Error, Revision, Storage, WatchRequest, WatchUpdate};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Handle;

/// How long a node may take to begin a watch.
const PATIENCE: Duration = Duration::from_secs(5);

/// One watch.
pub(crate) struct Watcher {
    pub(crate) net: Net,
    pub(crate) chance: Chance,
    pub(crate) records: Arc<Records>,
    pub(crate) watched: Arc<Mutex<Watched>>,
    pub(crate) hosts: u64,
    /// How long it takes for each message, in milliseconds, at the most; 0 for one that must miss nothing.
    pub(crate) slow: u64,
}

type Updates = BoxStream<'static, Result<WatchUpdate, Error>>;

impl Watcher {
    /// Watches for ever.
    pub(crate) async fn work(mut self) {
        let mut next = Revision::FIRST.next();
        loop {
            let host = usize::try_from(self.chance.below(self.hosts)).unwrap_or_default();
            if let Some(updates) = self.begin(host, next).await {
                self.watched.lock().begin(next);
                if let Some(compacted) = self.follow(updates, &mut next).await {
                    self.net.note(format_args!("a watch goes on behind what is compacted, at {compacted}"));
                    next = Revision::new(compacted);
                }
            }
            tokio::time::sleep(Duration::from_millis(20 + self.chance.below(50))).await;
        }
    }

    async fn begin(&self, host: Address, from: Revision) -> Option<Updates> {
        let lost = || Err(Error::LeaderLost);
        let (outlet, updates) = pipe(&self.net, host, CLIENTS, "watch", lost);
        let (range, prev) = {
            let watched = self.watched.lock();
            (watched.range.clone(), watched.prev)
        };
        let request = WatchRequest::new(range).from(from);
        let request = if prev { request.with_prev() } else { request };
        let ask = Ask { from: CLIENTS, to: host, member: None, time: PATIENCE, kind: "watch" };
        let begun = self.net.ask(ask, move |node| {
            async move {
                Handle::current().spawn(async move {
                    let storage = Embedded::new(node);
                    let mut updates = match storage.watch(request).await {
                        Ok(updates) => updates,
                        Err(error) => {
                            outlet.send(Err(error)).await;
                            return;
                        }
                    };
                    while let Some(update) = updates.next().await {
                        if !outlet.send(update).await {
                            return;
                        }
                    }
                    outlet.finish();
                });
                Ok(())
            }
            .boxed()
        });
        begun.await.ok().map(|()| updates)
    }

    /// Writes down what is told until the watch ends; answers where to go on if that is compacted.
    async fn follow(&mut self, mut updates: Updates, next: &mut Revision) -> Option<u64> {
        while let Some(update) = updates.next().await {
            match update {
                Ok(update) => {
                    let through = update.revision();
                    self.note(&update);
                    *next = through.next().max(*next);
                    if self.slow == 0 {
                        self.records.watched.store(next.get() - 1, Ordering::Relaxed);
                    } else {
                        tokio::time::sleep(Duration::from_millis(self.chance.below(self.slow))).await;
                    }
                }
                Err(Error::Compacted { revision }) => return Some(revision.get()),
                Err(_) => return None,
            }
        }
        None
    }

    fn note(&self, update: &WatchUpdate) {
        let now = self.net.now();
        let mut watched = self.watched.lock();
        if let WatchUpdate::Events(events) = update {
            watched.events.extend(events.iter().map(|event| (now, Told::of(event))));
        }
        watched.reach(update.revision().get());
        self.net.note(format_args!("a watch is told up to {}", update.revision().get()));
    }
}
