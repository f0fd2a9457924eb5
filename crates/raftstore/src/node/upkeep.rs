//! What a node does beside serving: snapshots when the log has grown, forgetting the log behind them, and looking after
//! the disk.

use super::{Inner, NodeError, Result};
use crate::executor;
use pintle_storage::{Error, Reason};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How often it is looked whether there is something to do.
const TICK: Duration = Duration::from_secs(1);
/// How long to wait before a snapshot is tried again that could not be written.
const AGAIN: Duration = Duration::from_secs(30);
/// The log grows at least so far before a snapshot is written, in bytes.
const LOG_LEAST: u64 = 256 << 20;

/// Writes a snapshot whenever the log has more bytes than the state, and forgets the log before the older of the two
/// snapshots that are kept.
pub(super) async fn keep_log_short(inner: Arc<Inner>) {
    let mut purged = 0;
    let mut snapshot = None;
    let (mut written, mut failed) = (0, None::<Instant>);
    loop {
        tokio::time::sleep(TICK).await;
        let progress = inner.consensus.progress();
        let most = inner.bounds.log_bytes.unwrap_or(LOG_LEAST).max(inner.machine.size_in_use());
        let is_worth_it =
            inner.log.bytes() > most && progress.applied > progress.snapshot && written <= progress.snapshot;
        // A full disk is not filled further for a log that may grow a while longer.
        if is_worth_it && !inner.room.is_full() && failed.is_none_or(|at| at.elapsed() > AGAIN) {
            (written, failed) = match inner.write_snapshot().await {
                Ok(position) => (position, None),
                Err(error) => {
                    tracing::error!(%error, "no snapshot was written; the log grows until one is");
                    (written, Some(Instant::now()))
                }
            };
        }
        if snapshot == Some(progress.snapshot) {
            continue;
        }
        snapshot = Some(progress.snapshot);
        let covered = match inner.machine.covered() {
            Ok(covered) => covered.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "cannot tell which part of the log is needed no more");
                continue;
            }
        };
        if covered > purged && progress.snapshot >= covered {
            purged = covered;
            if let Err(error) = inner.consensus.purge(covered).await {
                return tracing::debug!(%error, "the log is not purged any more");
            }
        }
    }
}

impl Inner {
    /// Writes a snapshot, and tells consensus when it is there: consensus would end with one that can't be written. Answers
    /// the index of the last entry in it.
    pub(super) async fn write_snapshot(&self) -> Result<u64> {
        let machine = Arc::clone(&self.machine);
        let failed = |why: String| NodeError::from(Error::NotApplied(Reason::Unavailable(why.into())));
        let written = executor::blocking(move || machine.snapshot()).await;
        let written = written.map_err(|ended| failed(ended.to_string()))?;
        let file = written.map_err(|error| failed(error.to_string()))?;
        self.consensus.snapshot().await.map_err(NodeError::of_read)?;
        Ok(file.position.index)
    }
}

/// Tells those who stay connected when there is no leader for three times as long as an election takes, as etcd does,
/// and when there is one again.
pub(super) async fn keep_in_touch(inner: Arc<Inner>) {
    let (election, mut since) = (inner.settings.election, Instant::now());
    let mut leader = None;
    loop {
        let known = inner.consensus.standing().leader;
        if known.is_some() && known != leader {
            inner.counts.leaders.fetch_add(u64::from(leader.is_some()), Ordering::Relaxed);
            leader = known;
        }
        if inner.consensus.is_in_touch() {
            since = Instant::now();
        }
        let lost = since.elapsed() > 3 * election;
        inner.lost.send_if_modified(|was| std::mem::replace(was, lost) != lost);
        tokio::time::sleep(election / 4).await;
    }
}

/// Refuses writes while there is less room than the reserve, and takes them again by itself.
pub(super) async fn keep_room(inner: Arc<Inner>) {
    loop {
        match inner.place.free() {
            Ok(free) => {
                let full = free < inner.bounds.reserve_bytes;
                if full != inner.room.is_full() {
                    if full {
                        tracing::error!(
                            free,
                            reserve = inner.bounds.reserve_bytes,
                            "the disk is full: nothing is written until there is room again"
                        );
                    } else {
                        tracing::info!(free, "there is room on the disk again");
                    }
                    inner.room.set_full(full);
                }
            }
            Err(error) => tracing::warn!(%error, "cannot tell how full the disk is"),
        }
        tokio::time::sleep(TICK / 2).await;
    }
}
