//! How fresh an answer must be, and the waiting for it.

use std::time::Duration;

use pintle_storage::Revision;
use tokio::time::{Instant, timeout_at};

use super::ResourceView;
use crate::error::{Error, Result};
use crate::lane::Status;

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// Whatever is at hand.
    Any,
    /// As of this revision or a later one.
    NotOlderThan(Revision),
    /// As of exactly this revision.
    Exact(Revision),
    /// Every write that was answered before is in it.
    Latest,
}

impl ResourceView {
    /// Waits until the cache has loaded what this resource needs, by `deadline`.
    pub(super) async fn loaded(&self, deadline: Instant) -> Result<()> {
        let mut status = self.lane.status();
        let mut held = self.resource.held();
        if *status.borrow() == Status::Loading {
            let loaded = status.wait_for(|status| *status != Status::Loading);
            timeout_at(deadline, loaded).await.map_err(|_| Error::NotReady)?.map_err(|_| Error::NotReady)?;
        }
        if !*held.borrow() {
            let filled = held.wait_for(|held| *held);
            timeout_at(deadline, filled).await.map_err(|_| Error::NotReady)?.map_err(|_| Error::NotReady)?;
        }
        Ok(())
    }

    /// Waits until the stream has reached `revision`, which a client named.
    pub(super) async fn reach(&self, revision: Revision, deadline: Instant) -> Result<()> {
        match self.lane.reached.wait(revision, deadline).await {
            true => Ok(()),
            false => Err(Error::TooLargeRevision { asked: revision, current: self.lane.reached.revision() }),
        }
    }

    /// Waits for at most `wait` until the cache contains every write that was answered before. False: it did not get
    /// there, ask storage.
    pub(super) async fn catch_up(&self, wait: Duration) -> Result<bool> {
        let revision = self.cache.probe.revision().await?;
        let deadline = Instant::now() + wait;
        Ok(self.lane.reached.wait(revision, deadline).await && self.loaded(deadline).await.is_ok())
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.cache.timing.fresh
    }
}
