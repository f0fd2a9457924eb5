//! One watch.

use super::event::{Batch, Ended, Request};
use super::look::{Cursor, Look, Reach, Source};
use crate::executor::blocking;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::yield_now;

/// A watch: a position, and nothing else.
#[derive(Debug)]
pub struct Watcher {
    cursor: Cursor,
    bell: watch::Receiver<u64>,
}

impl Watcher {
    /// Begins a watch; without [`Request::from`] it begins after `revision()`, which is asked once changes can't be
    /// missed any more.
    pub(crate) fn begin(
        source: Arc<dyn Source>,
        request: Request,
        revision: impl FnOnce() -> u64,
    ) -> Watcher {
        let group = source.feed().join(&request.span);
        let bell = group.bell.subscribe();
        let position = request.from.unwrap_or_else(|| revision() + 1);
        Watcher { cursor: Cursor { source, group, request: Arc::new(request), position }, bell }
    }

    /// The next events, of up to about `max_bytes` unless one revision alone has more. Waits while there are none.
    /// Cancel-safe: what was not answered is answered by the next call. Needs a tokio runtime, on whose blocking
    /// threads it reads from disk.
    ///
    /// # Errors
    /// [`Ended`], again with every further call.
    pub async fn next(&mut self, max_bytes: usize) -> Result<Batch, Ended> {
        loop {
            // Before the look, so that what changes after it wakes the wait below.
            self.bell.borrow_and_update();
            let mut look = self.cursor.look(max_bytes, Reach::Memory)?;
            if matches!(look, Look::NeedsDisk) {
                look = self.look_on_disk(max_bytes).await?;
            }
            match look {
                Look::Batch(batch) => return Ok(batch),
                Look::Lagging | Look::NeedsDisk => yield_now().await,
                // The group, which this watcher is in, holds the sender.
                Look::Quiet => self.bell.changed().await.map_err(|_| Ended::Stopped)?,
            }
        }
    }

    /// The revision up to and including which everything was delivered, if nothing waits to be.
    pub fn progress(&self) -> Option<u64> {
        let published = self.cursor.source.feed().published();
        self.cursor.group.is_quiet_since(self.cursor.position).then_some(published)
    }

    /// Everything below this revision was delivered; where to go on after the watch is gone.
    pub fn position(&self) -> u64 {
        self.cursor.position
    }

    async fn look_on_disk(&mut self, max_bytes: usize) -> Result<Look, Ended> {
        let readers = Arc::clone(&self.cursor.source.feed().readers);
        let permit = readers.acquire_owned().await.map_err(|_| Ended::Stopped)?;
        let mut cursor = self.cursor.clone();
        let read = blocking(move || {
            let look = cursor.look(max_bytes, Reach::Disk);
            drop(permit);
            (look, cursor.position)
        });
        let (look, position) = read.await.map_err(|error| {
            tracing::error!(%error, "reading history for a watch failed");
            Ended::Stopped
        })?;
        let look = look?;
        self.cursor.position = position;
        Ok(look)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.cursor.source.feed().leave(&self.cursor.group);
    }
}
