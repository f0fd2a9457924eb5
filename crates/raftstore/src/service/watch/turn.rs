//! One watch, until it has something to tell.

use crate::feed::{Batch, Ended, Watcher};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Bytes of events in one turn, unless one revision has more.
const TURN_BYTES: usize = 1 << 20;

/// A watch of a stream.
pub(super) struct Watching {
    pub(super) id: i64,
    pub(super) watcher: Watcher,
    /// Whether large answers may come in pieces.
    pub(super) fragment: bool,
    /// How often it wants to hear that nothing happened.
    pub(super) progress_every: Option<Duration>,
    pub(super) cancel: CancellationToken,
    /// The revision up to which the stream was asked to deliver everything.
    pub(super) asked: watch::Receiver<u64>,
    /// That of the last question that is not answered yet.
    pub(super) owed: Option<u64>,
}

/// What a watch tells.
pub(super) enum Told {
    /// Something happened.
    Events(Batch),
    /// Nothing happened for a while; everything up to here is delivered.
    Idle(u64),
    /// Everything that was asked for is delivered.
    Through,
    /// It is over.
    Ended(Ended),
    /// The client does not want it any more.
    Cancelled,
}

impl Watching {
    /// Waits until there is something to tell.
    pub(super) async fn turn(mut self) -> (Watching, Told) {
        let told = self.tell().await;
        (self, told)
    }

    async fn tell(&mut self) -> Told {
        loop {
            if let Some(owed) = self.owed
                && self.watcher.progress().is_some_and(|through| through >= owed)
            {
                self.owed = None;
                return Told::Through;
            }
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Told::Cancelled,
                batch = self.watcher.next(TURN_BYTES) => return batch.map_or_else(Told::Ended, Told::Events),
                changed = self.asked.changed() => match changed {
                    Ok(()) => self.owed = Some(*self.asked.borrow_and_update()),
                    // The stream is gone.
                    Err(_) => return Told::Cancelled,
                },
                () = idle(self.progress_every) => {
                    if let Some(through) = self.watcher.progress() {
                        return Told::Idle(through);
                    }
                }
            }
        }
    }
}

async fn idle(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
