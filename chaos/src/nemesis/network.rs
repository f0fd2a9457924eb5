//! Packets that get lost.

use super::{Blow, Nemesis};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::ground::Line;
use rand::Rng;

impl Nemesis {
    /// Cuts a member off from all others. Clients reach it, and it must tell them nothing new.
    pub(super) async fn cut_off(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = match self.now {
            Blow::CutLeader => self.leader(cluster).await,
            _ => self.any(cluster),
        };
        for other in (0..cluster.len()).filter(|other| *other != place) {
            cluster.ground.network.cut(place, other)?;
            cluster.ground.network.cut(other, place)?;
        }
        self.rest(1000..7000).await;
        cluster.ground.network.mend()
    }

    pub(super) async fn cut_one_way(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let leader = self.leader(cluster).await;
        let outwards = self.random.random_bool(0.5);
        for other in (0..cluster.len()).filter(|other| *other != leader) {
            let (from, to) = if outwards { (leader, other) } else { (other, leader) };
            cluster.ground.network.cut(from, to)?;
        }
        self.note(if outwards { "nobody heard the leader" } else { "the leader heard nobody" });
        self.rest(1000..7000).await;
        cluster.ground.network.mend()
    }

    pub(super) async fn cut_pair(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let one = self.any(cluster);
        let other = (one + 1) % cluster.len();
        cluster.ground.network.cut(one, other)?;
        cluster.ground.network.cut(other, one)?;
        self.rest(1000..7000).await;
        cluster.ground.network.mend()
    }

    pub(super) async fn mute(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.any(cluster);
        cluster.ground.network.mute(place)?;
        self.rest(500..6000).await;
        cluster.ground.network.mend()
    }

    pub(super) async fn spoil(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.any(cluster);
        let line = match self.now {
            Blow::Lossy => Line::Lossy(self.random.random_range(2..30)),
            _ => Line::Slow(self.random.random_range(200..2000)),
        };
        cluster.ground.network.spoil(place, line)?;
        self.rest(2000..6000).await;
        cluster.ground.network.mend()
    }

    pub(super) async fn flap(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.leader(cluster).await;
        for _ in 0..self.random.random_range(3..12) {
            for other in (0..cluster.len()).filter(|other| *other != place) {
                cluster.ground.network.cut(place, other)?;
                cluster.ground.network.cut(other, place)?;
            }
            self.rest(50..800).await;
            cluster.ground.network.mend()?;
            self.rest(20..600).await;
        }
        Ok(())
    }
}
