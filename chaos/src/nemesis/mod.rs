//! Who hurts the cluster, by chance that can be repeated.
//!
//! ```text
//! blow       what there is to choose from
//! processes  killed, held          network  cut, mute, lossy, slow
//! disks      full, broken, off     damage   flipped bytes, lost folders      membership   replaced members
//! ```
//!
//! Blows that are gone through together with the cluster wait until it is well first, and again afterwards; the others
//! come one after the other, into whatever the one before left.

mod blow;
mod damage;
mod disks;
mod membership;
mod network;
mod processes;
mod tally;

pub(crate) use blow::{BLOWS, Blow, PEACE};
pub(crate) use tally::Tally;

use crate::clients::Outages;
use crate::cluster::Cluster;
use crate::failure::Failure;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Strikes, one blow after the other.
#[derive(Debug)]
pub(crate) struct Nemesis {
    random: StdRng,
    choice: Vec<(Blow, u32)>,
    outages: Arc<Outages>,
    now: Blow,
    pub(crate) tally: Tally,
}

impl Nemesis {
    /// One that does to `cluster` what is `wanted`, or everything that is possible.
    pub(crate) fn new(seed: u64, cluster: &Cluster, wanted: &[Blow], outages: &Arc<Outages>) -> Nemesis {
        let is_wanted = |blow: Blow| wanted.is_empty() || wanted.contains(&blow);
        let choice = BLOWS
            .iter()
            .filter(|(blow, ..)| is_wanted(*blow) && blow.is_possible(cluster))
            .map(|(blow, _, weight)| (*blow, *weight))
            .collect();
        Nemesis {
            random: StdRng::seed_from_u64(seed),
            choice,
            outages: Arc::clone(outages),
            now: Blow::Kill,
            tally: Tally::default(),
        }
    }

    /// One blow, and the time after it in which some of it is made good.
    pub(crate) async fn strike(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let Some(blow) = self.choose() else {
            self.rest(500..1000).await;
            return Ok(());
        };
        self.now = blow;
        self.outages.begin(blow.name());
        self.tally.blows.entry(blow).or_default().times += 1;
        let struck = match blow {
            Blow::Kill => self.kill_one(cluster).await,
            Blow::KillAll => self.kill_all(cluster).await,
            Blow::KillSnapshotting => self.kill_snapshotting(cluster).await,
            Blow::Hold => self.hold(cluster).await,
            Blow::CutLeader | Blow::CutMember => self.cut_off(cluster).await,
            Blow::CutOneWay => self.cut_one_way(cluster).await,
            Blow::CutPair => self.cut_pair(cluster).await,
            Blow::Mute => self.mute(cluster).await,
            Blow::Lossy | Blow::Slow => self.spoil(cluster).await,
            Blow::Flap => self.flap(cluster).await,
            Blow::FullOne => self.fill_one(cluster).await,
            Blow::FullAll => self.fill_all(cluster).await,
            Blow::Brimful => self.fill_to_the_brim(cluster).await,
            Blow::BrokenDisk => self.break_disk(cluster).await,
            Blow::ShortWrite => self.cut_short(cluster).await,
            Blow::PowerLoss => self.lose_power(cluster, false).await,
            Blow::PowerLossAll => self.lose_power(cluster, true).await,
            Blow::FlipState => self.flip_state(cluster).await,
            Blow::FlipSnapshot => self.flip_snapshot(cluster).await,
            Blow::FlipLog => self.flip_log(cluster).await,
            Blow::LoseFolder => self.lose_folder(cluster).await,
            Blow::Replace => self.replace(cluster).await,
        };
        struck.map_err(|failure| failure.under(blow.name()))?;
        self.rest(200..1200).await;
        self.look_for_fallen(cluster).await
    }

    fn choose(&mut self) -> Option<Blow> {
        let total: u32 = self.choice.iter().map(|(_, weight)| weight).sum();
        if total == 0 {
            return None;
        }
        let mut at = self.random.random_range(0..total);
        self.choice.iter().find_map(|(blow, weight)| {
            let is_it = at < *weight;
            at = at.saturating_sub(*weight);
            is_it.then_some(*blow)
        })
    }

    /// Nobody may end by itself, but under blows that are about that, and those have looked after it.
    async fn look_for_fallen(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        for place in 0..cluster.len() {
            if cluster.members[place].has_fallen() {
                let words = cluster.members[place].last_words();
                self.broken(format!("m{place} ended by itself; it said:\n{words}"));
                cluster.kill(place).await?;
                cluster.run(place)?;
            }
        }
        Ok(())
    }

    /// Notes a broken promise.
    fn broken(&mut self, what: String) {
        self.tally.broken.push(format!("{}: {what}", self.now.name()));
    }

    /// Notes what came of the present blow.
    fn note(&mut self, outcome: &'static str) {
        *self.tally.blows.entry(self.now).or_default().outcomes.entry(outcome).or_default() += 1;
    }

    /// Kills a member that runs, and counts it.
    async fn kill(&mut self, cluster: &mut Cluster, place: usize) -> Result<(), Failure> {
        if cluster.is_running(place) {
            cluster.kill(place).await?;
            self.tally.blows.entry(self.now).or_default().kills += 1;
        }
        Ok(())
    }

    fn any(&mut self, cluster: &Cluster) -> usize {
        self.random.random_range(0..cluster.len())
    }

    /// The leader, or somebody where there is none.
    async fn leader(&mut self, cluster: &Cluster) -> usize {
        match cluster.admin().leader().await {
            Some(place) => place,
            None => self.any(cluster),
        }
    }

    async fn rest(&mut self, millis: Range<u64>) {
        let millis = self.random.random_range(millis);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}
