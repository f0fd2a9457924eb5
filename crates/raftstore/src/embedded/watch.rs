//! Watches of who is in the same process.

use crate::feed::{self, Ended, Watcher};
use crate::node::Node;
use crate::revisions::Record;
use futures_util::stream;
use pintle_storage::{
    Error, Event, KeyValue, LeaseId, Payload, Reason, Result, Revision, WatchStream, WatchUpdate,
};
use tokio::sync::watch;

/// Bytes of events in one update, unless one revision has more.
const UPDATE_BYTES: usize = 1 << 20;

/// How far everybody who watches was asked to tell that they are.
#[derive(Debug)]
pub(super) struct Progress(watch::Sender<u64>);

impl Default for Progress {
    fn default() -> Progress {
        Progress(watch::Sender::new(0))
    }
}

impl Progress {
    /// Every watch opened before tells when it has delivered everything up to `revision`.
    pub(super) fn ask(&self, revision: u64) {
        self.0.send_modify(|asked| *asked = revision.max(*asked));
    }

    pub(super) fn joined(&self) -> watch::Receiver<u64> {
        let mut asked = self.0.subscribe();
        asked.borrow_and_update();
        asked
    }
}

/// A watch under way.
struct Watching {
    node: Node,
    watcher: Watcher,
    asked: watch::Receiver<u64>,
    /// The progress that was asked for and not told yet.
    owed: Option<u64>,
}

pub(super) fn stream(node: Node, watcher: Watcher, asked: watch::Receiver<u64>) -> WatchStream {
    let watching = Watching { node, watcher, asked, owed: None };
    Box::pin(stream::unfold(Some(watching), |watching| async move {
        let mut watching = watching?;
        match watching.next().await {
            Ok(update) => Some((Ok(update), Some(watching))),
            Err(error) => Some((Err(error), None)),
        }
    }))
}

impl Watching {
    async fn next(&mut self) -> Result<WatchUpdate> {
        loop {
            if let Some(asked) = self.owed
                && let Some(through) = self.watcher.progress().filter(|through| *through >= asked)
            {
                self.owed = None;
                return Ok(WatchUpdate::Progress(Revision::new(through)));
            }
            tokio::select! {
                biased;
                batch = self.watcher.next(UPDATE_BYTES) => return batch.map(update).map_err(ended),
                changed = self.asked.changed() => {
                    changed.map_err(|_| Error::LeaderLost)?;
                    self.owed = Some(*self.asked.borrow_and_update());
                }
                () = self.node.leaderless() => return Err(Error::LeaderLost),
            }
        }
    }
}

fn update(batch: feed::Batch) -> WatchUpdate {
    WatchUpdate::Events(batch.events.iter().map(event).collect())
}

fn event(event: &feed::Event) -> Event {
    let (record, prev) = (event.record(), event.prev.as_ref().map(key_value));
    if record.version.is_deletion() {
        return Event::Delete {
            key: record.key.clone(),
            revision: Revision::new(record.version.at.revision),
            prev,
        };
    }
    Event::Put { kv: key_value(record), prev }
}

fn key_value(record: &Record) -> KeyValue {
    KeyValue {
        key: record.key.clone(),
        payload: Payload::Bytes(record.value.clone()),
        stale: false,
        create_revision: Revision::new(record.version.created),
        mod_revision: Revision::new(record.version.at.revision),
        version: record.version.version,
        lease: LeaseId::new(record.version.lease),
    }
}

fn ended(ended: Ended) -> Error {
    match ended {
        Ended::Compacted { revision } => Error::Compacted { revision: Revision::new(revision) },
        Ended::Damaged(damaged) => Error::NotApplied(Reason::Unavailable(damaged.to_string().into())),
        Ended::Stopped => Error::LeaderLost,
    }
}
