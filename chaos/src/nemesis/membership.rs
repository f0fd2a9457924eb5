//! Members that come and go, while others are killed.

use super::Nemesis;
use crate::cluster::Cluster;
use crate::failure::Failure;
use rand::Rng;

impl Nemesis {
    /// Removes a member and adds another in its place; in the middle of both a member is killed, and the new one while it
    /// catches up.
    pub(super) async fn replace(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let admin = cluster.admin();
        let place = self.any(cluster);
        let runs = self.random.random_bool(0.7);
        if !runs {
            self.kill(cluster, place).await?;
        }
        let (removed, hurt) = tokio::join!(admin.remove(place), self.hurt_other(cluster, place));
        removed.and(hurt)?;
        self.note(if runs { "one that ran" } else { "one that was down" });
        self.kill(cluster, place).await?;
        cluster.lose_folder(place)?;
        let (added, hurt) = tokio::join!(admin.add(place), self.hurt_other(cluster, place));
        added.and(hurt)?;
        cluster.members[place].added = true;
        cluster.run(place)?;
        self.rest(0..800).await;
        self.kill(cluster, place).await?;
        cluster.run(place)?;
        cluster.heal().await
    }

    /// Kills a member that is not this one, after a moment, for a moment.
    async fn hurt_other(&mut self, cluster: &mut Cluster, place: usize) -> Result<(), Failure> {
        self.rest(0..150).await;
        let other = (place + self.random.random_range(1..cluster.len())) % cluster.len();
        self.kill(cluster, other).await?;
        self.rest(100..1200).await;
        cluster.run(other)
    }
}
