//! Disks that are full, broken or without power.

use super::Nemesis;
use crate::clients::is_full;
use crate::cluster::{Cluster, RESERVE_BYTES};
use crate::failure::Failure;
use pintle_storage::etcd::Etcd;
use pintle_storage::{Error, KeyRange, Op, RangeRequest, Storage, Txn};
use rand::Rng;
use std::time::Duration;
use tokio::time::Instant;

/// How long a full disk may go unnoticed, and one that has room again.
const NOTICE_MAX: Duration = Duration::from_secs(20);
/// How long a member may go on whose log can't be written.
const END_MAX: Duration = Duration::from_secs(40);
/// How long a stopped process may take to leave the system call that it is in.
const STOP_MAX: Duration = Duration::from_millis(150);
/// What is written to see whether anything can be.
const PROBE: &str = "/probe";

impl Nemesis {
    /// The others go on, and the one whose disk is full must not end.
    pub(super) async fn fill_one(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let place = self.any(cluster);
        cluster.ground.disks[place].fill(RESERVE_BYTES / 2)?;
        self.rest(1500..6000).await;
        self.look_for_fallen(cluster).await?;
        cluster.ground.disks[place].free()?;
        cluster.heal().await
    }

    /// Writes are refused for want of room, reads go on; and everything goes on by itself when there is room.
    pub(super) async fn fill_all(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let client = cluster.client()?;
        for disk in &cluster.ground.disks {
            disk.fill(RESERVE_BYTES / 2)?;
        }
        if !within(NOTICE_MAX, async || put(&client).await.is_err_and(|error| is_full(&error))).await {
            self.broken("all disks were full, and writes were not refused for it".to_owned());
        }
        let read = async || client.range(RangeRequest::new(KeyRange::key(PROBE))).await.is_ok();
        if !within(NOTICE_MAX, read).await {
            self.broken("all disks were full, and reads did not go on".to_owned());
        }
        self.rest(500..3000).await;
        self.look_for_fallen(cluster).await?;
        for disk in &cluster.ground.disks {
            disk.free()?;
        }
        if !within(NOTICE_MAX, async || put(&client).await.is_ok()).await {
            self.broken("there was room again, and writes were still refused".to_owned());
        }
        cluster.heal().await
    }

    /// Somebody takes the last byte at once, faster than a reserve can be noticed to be gone: the member may end, but
    /// comes back when there is room.
    pub(super) async fn fill_to_the_brim(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let place = self.any(cluster);
        cluster.ground.disks[place].fill(0)?;
        self.rest(1500..5000).await;
        let has_ended = cluster.members[place].has_fallen();
        self.note(if has_ended { "it ended itself" } else { "it stayed" });
        cluster.ground.disks[place].free()?;
        if has_ended {
            cluster.kill(place).await?;
        }
        cluster.heal().await
    }

    /// Nothing is acknowledged after the first error; the member ends itself, the others go on.
    pub(super) async fn break_disk(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let place = self.any(cluster);
        cluster.ground.disks[place].breaks()?;
        if cluster.await_end(place, END_MAX).await? {
            self.note("it ended itself");
        } else {
            // Whatever was written went where something was before.
            self.note("no write failed");
            self.kill(cluster, place).await?;
        }
        cluster.ground.disks[place].mend()?;
        cluster.run(place)?;
        cluster.heal().await
    }

    /// The system takes half of what is written to the log, and no more after that.
    pub(super) async fn cut_short(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let place = self.any(cluster);
        let bytes = self.random.random_range(20_000..200_000);
        cluster.members[place].limit_files(bytes)?;
        if cluster.await_end(place, END_MAX).await? {
            self.note("it ended itself");
        } else {
            self.broken(format!("m{place} goes on although its log can't be written"));
            self.kill(cluster, place).await?;
        }
        cluster.run(place)?;
        cluster.heal().await
    }

    /// Machines lose power: first the process stands still, then the disk, which knows only what was synced, goes. The
    /// other way round a sync that is under way while the file system is shut down may be told to have succeeded.
    pub(super) async fn lose_power(&mut self, cluster: &mut Cluster, all: bool) -> Result<(), Failure> {
        let places: Vec<usize> = if all { (0..cluster.len()).collect() } else { vec![self.any(cluster)] };
        for place in &places {
            cluster.hold(*place, true)?;
        }
        tokio::time::sleep(STOP_MAX).await;
        for place in &places {
            cluster.ground.disks[*place].power_off()?;
        }
        for place in &places {
            self.kill(cluster, *place).await?;
        }
        for place in &places {
            cluster.ground.disks[*place].power_on()?;
        }
        self.rest(10..500).await;
        for place in places {
            cluster.run(place)?;
        }
        Ok(())
    }
}

async fn put(client: &Etcd) -> Result<(), Error> {
    let put = Op::Put { key: PROBE.into(), value: "probe".into(), lease: None };
    client.txn(Txn { compares: Vec::new(), success: vec![put], failure: Vec::new() }).await.map(drop)
}

/// Whether something comes true in time.
async fn within(patience: Duration, is_true: impl AsyncFn() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while !is_true().await {
        if Instant::now() > deadline {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    true
}
