//! One watch: a position in history, and nothing else. While it lags it reads history in bounded pieces of whole
//! revisions; when it has caught up it sleeps until the signal changes. Replay and live tail are the same loop,
//! so there is no seam for an event to fall into.

use std::sync::Arc;

use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;
use tokio::task::coop::consume_budget;
use tokio::task::yield_now;

use super::history::Change;
use super::shared::{Shared, Signal};
use crate::{Error, Event, KeyRange, Result, Revision, Select, WatchRequest, WatchUpdate};

/// A piece ends at the end of the revision in which it reaches so many events...
const EVENTS_IN_A_BATCH: usize = 1000;

/// ...or has looked at so many changes, whichever comes first; then the lock is free for others.
const CHANGES_IN_A_LOOK: usize = 4096;

#[derive(Debug)]
pub(super) struct Watcher {
    shared: Arc<Shared>,
    signal: watch::Receiver<Signal>,
    range: KeyRange,
    prev: bool,
    /// Everything below is delivered.
    position: Revision,
    /// What the signal said when the watch was opened or last heeded it.
    heeded: Signal,
    ended: bool,
}

/// What a look into history found.
enum Look {
    Events(Vec<Event>),
    /// Nothing for this watch so far, but there is more to look at.
    Lagging,
    /// Nothing more, up to and including this revision.
    CaughtUp(Revision),
}

impl Watcher {
    pub(super) fn open(shared: Arc<Shared>, request: WatchRequest) -> Result<Watcher> {
        if request.range.start().is_empty() {
            return Err(Error::EmptyKey);
        }
        let signal = shared.signal.subscribe();
        let heeded = *signal.borrow();
        let position = request.from.unwrap_or_else(|| shared.state.read().revision().next());
        let WatchRequest { range, prev, .. } = request;
        Ok(Watcher { shared, signal, range, prev, position, heeded, ended: false })
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<WatchUpdate>> + Send {
        unfold(self, |mut watcher| async move {
            if watcher.ended {
                return None;
            }
            let next = watcher.next().await;
            watcher.ended = next.is_err();
            Some((next, watcher))
        })
    }

    async fn next(&mut self) -> Result<WatchUpdate> {
        // A long replay is always ready: let others run now and then.
        consume_budget().await;
        loop {
            // Read before history, so that what changes after the look below wakes the wait at the end.
            let signal = *self.signal.borrow_and_update();
            if signal.epoch != self.heeded.epoch {
                return Err(Error::LeaderLost);
            }
            match self.look()? {
                Look::Events(events) => return Ok(WatchUpdate::Events(events)),
                Look::Lagging => yield_now().await,
                Look::CaughtUp(revision) if signal.progress != self.heeded.progress => {
                    self.heeded.progress = signal.progress;
                    return Ok(WatchUpdate::Progress(revision));
                }
                Look::CaughtUp(_) => self.signal.changed().await.map_err(|_| Error::LeaderLost)?,
            }
        }
    }

    /// Reads on in history, up to one batch.
    fn look(&mut self) -> Result<Look> {
        let state = self.shared.state.read();
        if self.position < state.compacted {
            return Err(Error::Compacted { revision: state.compacted });
        }
        let mut events = Vec::new();
        let mut seen = Revision::ZERO;
        for (looked, change) in state.history.since(self.position).enumerate() {
            let full = events.len() >= EVENTS_IN_A_BATCH || looked >= CHANGES_IN_A_LOOK;
            if full && change.revision() != seen {
                self.position = change.revision();
                return Ok(if events.is_empty() { Look::Lagging } else { Look::Events(events) });
            }
            seen = change.revision();
            if self.range.contains(&change.after.key) {
                events.push(event(change, self.prev));
            }
        }
        self.position = self.position.max(state.revision().next());
        Ok(if events.is_empty() { Look::CaughtUp(state.revision()) } else { Look::Events(events) })
    }
}

fn event(change: &Change, prev: bool) -> Event {
    let before = change.before.as_ref().filter(|_| prev);
    let prev = before.and_then(|version| version.key_value(Select::Values));
    match change.after.key_value(Select::Values) {
        Some(kv) => Event::Put { kv, prev },
        None => Event::Delete { key: change.after.key.clone(), revision: change.revision(), prev },
    }
}
