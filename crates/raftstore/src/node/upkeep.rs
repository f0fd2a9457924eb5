//! What a node does beside serving: snapshots when the log has grown, forgetting the log behind them, and looking after
//! the disk.

use super::Inner;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How often it is looked whether there is something to do.
const TICK: Duration = Duration::from_secs(1);
/// The log grows at least so far before a snapshot is written, in bytes.
const LOG_LEAST: u64 = 256 << 20;

/// Writes a snapshot whenever the log has more bytes than the state, and forgets the log before the older of the two
/// snapshots that are kept.
pub(super) async fn keep_log_short(inner: Arc<Inner>) {
    let mut purged = 0;
    let mut snapshot = None;
    let mut asked = 0;
    loop {
        tokio::time::sleep(TICK).await;
        let progress = inner.consensus.progress();
        let most = inner.bounds.log_bytes.unwrap_or(LOG_LEAST).max(inner.machine.size_in_use());
        if inner.log.bytes() > most && progress.applied > progress.snapshot && asked <= progress.snapshot {
            asked = progress.applied;
            if let Err(error) = inner.consensus.snapshot().await {
                return tracing::debug!(%error, "no more snapshots");
            }
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
        match inner.folder.as_ref().map(|folder| folder.free()) {
            None => return,
            Some(Ok(free)) => {
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
            Some(Err(error)) => tracing::warn!(%error, "cannot tell how full the disk is"),
        }
        tokio::time::sleep(TICK / 2).await;
    }
}
