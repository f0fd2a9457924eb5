//! Processes that end or stand still.

use super::Nemesis;
use crate::cluster::Cluster;
use crate::failure::Failure;
use rand::Rng;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// How long to wait for somebody to write a snapshot.
const SNAPSHOT_MAX: Duration = Duration::from_secs(8);
/// How often to look. A snapshot takes milliseconds.
const LOOK: Duration = Duration::from_micros(300);

impl Nemesis {
    /// Kills one member, or a second one while the first is down; each comes back after a while.
    pub(super) async fn kill_one(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let first = self.any(cluster);
        self.kill(cluster, first).await?;
        self.rest(10..900).await;
        if self.random.random_bool(0.2) {
            let second = self.any(cluster);
            self.kill(cluster, second).await?;
            self.rest(10..400).await;
            cluster.run(second)?;
        }
        cluster.run(first)
    }

    pub(super) async fn kill_all(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        for place in 0..cluster.len() {
            self.kill(cluster, place).await?;
        }
        for place in 0..cluster.len() {
            cluster.run(place)?;
        }
        self.rest(500..1500).await;
        Ok(())
    }

    /// Kills a member the moment that an unfinished snapshot is seen in its folder.
    pub(super) async fn kill_snapshotting(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let deadline = Instant::now() + SNAPSHOT_MAX;
        while Instant::now() < deadline {
            let writes = |place: &usize| is_writing(&cluster.members[*place].folder().join("snapshots"));
            if let Some(place) = (0..cluster.len()).find(writes) {
                self.kill(cluster, place).await?;
                let left = is_writing(&cluster.members[place].folder().join("snapshots"));
                self.note(if left { "half a snapshot was left" } else { "it was just finished" });
                self.rest(10..300).await;
                return cluster.run(place);
            }
            tokio::time::sleep(LOOK).await;
        }
        self.note("nobody wrote one");
        Ok(())
    }

    /// Holds a member still for so long that the others go on without it, and lets it wake up in the belief that nothing
    /// happened.
    pub(super) async fn hold(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.any(cluster);
        cluster.hold(place, true)?;
        self.rest(500..5000).await;
        cluster.hold(place, false)
    }
}

fn is_writing(folder: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(folder) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().ends_with(".unfinished"))
}
