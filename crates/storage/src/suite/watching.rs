//! A watch under test. Every batch it takes is checked for what holds of all: events only above what was
//! delivered before, in order, and never a revision in two pieces.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::timeout;

use super::steps::{revision, text};
use crate::{Error, Event, KeyRange, Revision, Storage, WatchRequest, WatchStream, WatchUpdate};

/// Longer than any store takes to deliver. Under a paused clock it costs nothing.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long to wait for progress before asking again: a store may drop a request.
const ASK_AGAIN: Duration = Duration::from_millis(500);

pub(super) struct Watching {
    stream: WatchStream,
    delivered: Revision,
}

impl Watching {
    pub(super) async fn open(storage: &dyn Storage, request: WatchRequest) -> Watching {
        let stream = storage.watch(request).await.expect("the watch is opened");
        Watching { stream, delivered: Revision::ZERO }
    }

    /// Watches every key from `revision` on.
    pub(super) async fn all_from(storage: &dyn Storage, revision: Revision) -> Watching {
        Watching::open(storage, WatchRequest::new(KeyRange::all()).from(revision)).await
    }

    /// The next batch of events, skipping progress.
    pub(super) async fn batch(&mut self) -> Vec<Event> {
        loop {
            let update = timeout(PATIENCE, self.stream.next()).await.expect("events come in time");
            let update = update.expect("the watch goes on").expect("the watch does not fail");
            if let Some(events) = self.take(update) {
                return events;
            }
        }
    }

    /// Batches, until there are `count` events.
    pub(super) async fn events(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        while events.len() < count {
            events.extend(self.batch().await);
        }
        assert_eq!(events.len(), count, "no more events than expected");
        events
    }

    /// All events that came until the store says that there are no more up to where it stands now.
    pub(super) async fn settled(&mut self, storage: &dyn Storage) -> Vec<Event> {
        self.settled_and_progress(storage).await.0
    }

    /// The same, with the revision that was reached.
    pub(super) async fn settled_and_progress(&mut self, storage: &dyn Storage) -> (Vec<Event>, Revision) {
        let goal = revision(storage).await;
        let mut events = Vec::new();
        for _ in 0..40 {
            storage.request_progress().await.expect("progress is asked for");
            while let Ok(update) = timeout(ASK_AGAIN, self.stream.next()).await {
                let update = update.expect("the watch goes on").expect("the watch does not fail");
                match self.take(update) {
                    Some(more) => events.extend(more),
                    None if self.delivered >= goal => return (events, self.delivered),
                    None => {}
                }
            }
        }
        panic!("no progress to {goal} came, only to {}", self.delivered);
    }

    /// How the watch ends, with what came before.
    pub(super) async fn end(&mut self) -> (Vec<Event>, Error) {
        let mut events = Vec::new();
        loop {
            let update = timeout(PATIENCE, self.stream.next()).await.expect("the end comes in time");
            match update.expect("the watch says why it ends") {
                Ok(update) => events.extend(self.take(update).unwrap_or_default()),
                Err(error) => {
                    let after = timeout(PATIENCE, self.stream.next()).await.expect("the end is final");
                    assert_eq!(after, None, "nothing comes after the end");
                    return (events, error);
                }
            }
        }
    }

    /// Checks an update, and answers its events unless it is progress.
    fn take(&mut self, update: WatchUpdate) -> Option<Vec<Event>> {
        let reached = update.revision();
        let events = match update {
            WatchUpdate::Events(events) => events,
            WatchUpdate::Progress(revision) => {
                assert!(revision >= self.delivered, "progress does not go back");
                self.delivered = revision;
                return None;
            }
        };
        assert!(!events.is_empty(), "a batch has events");
        assert!(
            events[0].revision() > self.delivered,
            "everything up to {} was delivered, and now comes {:?}",
            self.delivered,
            events[0]
        );
        assert!(events.is_sorted_by_key(Event::revision), "events come in order: {events:?}");
        self.delivered = reached;
        Some(events)
    }
}

/// An event in one line: `put /a=1 @2` or `delete /a @3`.
pub(super) fn line(event: &Event) -> String {
    let key = text(event.key());
    let at = event.revision();
    match event {
        Event::Put { kv, .. } => {
            format!("put {key}={} @{at}", text(kv.bytes().expect("the value can be read")))
        }
        Event::Delete { .. } => format!("delete {key} @{at}"),
    }
}

pub(super) fn lines(events: &[Event]) -> Vec<String> {
    events.iter().map(line).collect()
}
