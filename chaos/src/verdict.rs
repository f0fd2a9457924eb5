//! All that was seen, held against all that was promised.

use crate::clients::{Outages, Refusals, Watched};
use crate::cluster::Cluster;
use crate::failure::Failure;
use bytes::Bytes;
use pintle_chaos::checks::{self, End, Held, Reading, Step};
use pintle_chaos::history::Call;
use pintle_chaos::told::Telling;
use pintle_storage::Revision;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long members may take to hold the same, once nobody writes.
const SAME_MAX: Duration = Duration::from_secs(30);

/// What a leader logs of a follower whose log lacks what it had (openraft's words).
const REVERTED: &str = "follower log is reverted";

/// What everybody was told.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) calls: Vec<Call>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) held: Vec<Held>,
    pub(crate) gone: Vec<(Bytes, Instant)>,
    pub(crate) end: End,
    /// The first is the one that the others are held against.
    pub(crate) watched: Vec<Watched>,
    pub(crate) slow: Vec<Vec<Step>>,
    pub(crate) refusals: Arc<Refusals>,
    /// When which write was acknowledged.
    pub(crate) acknowledged: Vec<(Revision, Instant)>,
    pub(crate) outages: Arc<Outages>,
}

impl Evidence {
    /// Every broken promise, in words.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let Some(first) = self.watched.first() else { return broken };
        let told: Vec<(Telling, i64)> =
            first.told.events.iter().cloned().zip(first.at.iter().copied()).collect();
        broken.extend(checks::linearizable(&checks::resolve(&self.calls, &told)));
        for (number, watched) in self.watched.iter().enumerate() {
            let promises = checks::promises(&self.calls, &watched.told, &self.end);
            broken.extend(promises.into_iter().map(|broken| format!("watch {number}: {broken}")));
        }
        for steps in &self.slow {
            checks::gaps(steps, &first.told.events, &mut broken);
        }
        checks::readings(&self.calls, &self.readings, &first.told.events, &mut broken);
        checks::leases(&self.held, &self.gone, &mut broken);
        broken
    }

    /// How long after its acknowledgement a write was told by the first watch: for half of them, and for 99 of 100, at
    /// the most. Nothing is asserted of it.
    pub(crate) fn delays(&self) -> (Duration, Duration) {
        let Some(first) = self.watched.first() else { return Default::default() };
        let revisions = first.told.events.iter().map(|telling| telling.revision);
        let told: HashMap<Revision, Instant> = revisions.zip(first.when.iter().copied()).collect();
        let mut delays: Vec<Duration> = self
            .acknowledged
            .iter()
            .filter_map(|(revision, at)| Some(told.get(revision)?.saturating_duration_since(*at)))
            .collect();
        delays.sort_unstable();
        let at = |percent: usize| delays.get(delays.len() * percent / 100).copied().unwrap_or_default();
        (at(50), at(99))
    }
}

/// A member that has said that it has an entry has it, whatever happened to it since. A leader notices when it does not,
/// gives it the entry again, and says so.
pub(crate) fn reversions(cluster: &Cluster, broken: &mut Vec<String>) -> Result<(), Failure> {
    for member in &cluster.members {
        let said = std::fs::read(&member.log)?;
        let times = String::from_utf8_lossy(&said).matches(REVERTED).count();
        if times > 0 {
            let name = &member.name;
            broken.push(format!(
                "{name} found {times} times that another had lost entries that it had said it had"
            ));
        }
    }
    Ok(())
}

/// Members must hold the same at the last revision.
pub(crate) async fn hashes(
    cluster: &Cluster,
    last: Revision,
    broken: &mut Vec<String>,
) -> Result<(), Failure> {
    let (admin, deadline) = (cluster.admin(), Instant::now() + SAME_MAX);
    loop {
        let mut hashes = Vec::new();
        for place in 0..cluster.len() {
            hashes.push(admin.hash(place, last.get()).await?);
        }
        if hashes.windows(2).all(|pair| pair[0] == pair[1]) {
            return Ok(());
        }
        // One that is behind with a compaction hashes more.
        if Instant::now() > deadline {
            broken.push(format!("members hold different things at {last:?}: {hashes:x?}"));
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
