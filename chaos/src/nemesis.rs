//! Who hurts the cluster, by chance that can be repeated.

use crate::cluster::Cluster;
use crate::failure::Failure;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::fmt;
use std::time::Duration;

/// What was done to the cluster.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: usize,
    pub(crate) massacres: usize,
    pub(crate) holds: usize,
    /// Members that ended by themselves.
    pub(crate) falls: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { kills, massacres, holds, falls } = self;
        write!(f, "{kills} kills, {massacres} of all at once, {holds} holds, {falls} ended by themselves")
    }
}

/// Strikes, one blow after the other.
#[derive(Debug)]
pub(crate) struct Nemesis {
    random: StdRng,
    pub(crate) tally: Tally,
}

impl Nemesis {
    pub(crate) fn new(seed: u64) -> Nemesis {
        Nemesis { random: StdRng::seed_from_u64(seed), tally: Tally::default() }
    }

    /// One blow, and the time after it in which some of it is made good.
    pub(crate) async fn strike(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        self.count_fallen(cluster).await?;
        match self.random.random_range(0..10) {
            0..5 => self.kill(cluster).await?,
            5..6 => self.kill_all(cluster).await?,
            6..9 => self.hold(cluster).await?,
            _ => {}
        }
        self.rest(300..1500).await;
        Ok(())
    }

    /// Kills one member, or a second one while the first is down; each comes back after a while.
    async fn kill(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let first = self.random.random_range(0..cluster.len());
        cluster.kill(first).await?;
        self.tally.kills += 1;
        self.rest(20..1200).await;
        if self.random.random_bool(0.2) {
            let second = self.random.random_range(0..cluster.len());
            if cluster.is_running(second) {
                cluster.kill(second).await?;
                self.tally.kills += 1;
                self.rest(20..500).await;
                cluster.run(second)?;
            }
        }
        cluster.run(first)
    }

    async fn kill_all(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        for place in 0..cluster.len() {
            cluster.kill(place).await?;
            self.tally.kills += 1;
        }
        self.tally.massacres += 1;
        for place in 0..cluster.len() {
            cluster.run(place)?;
        }
        self.rest(1000..2000).await;
        Ok(())
    }

    /// Holds a member still for so long that the others go on without it, and lets it wake up in the belief that nothing
    /// happened.
    async fn hold(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.random.random_range(0..cluster.len());
        cluster.hold(place, true)?;
        self.tally.holds += 1;
        self.rest(500..5000).await;
        cluster.hold(place, false)
    }

    async fn count_fallen(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        for place in cluster.fallen() {
            self.tally.falls += 1;
            cluster.kill(place).await?;
            cluster.run(place)?;
        }
        Ok(())
    }

    async fn rest(&mut self, millis: std::ops::Range<u64>) {
        let millis = self.random.random_range(millis);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}
