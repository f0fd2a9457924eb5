//! Clients that ask one thing after the other, for a while.

use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::usage::Memory;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long clients are at work before anything counts.
const WARM_UP: Duration = Duration::from_millis(1500);

/// What was measured, of servers of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) operations: u64,
    pub(crate) elapsed: Duration,
    /// Of all servers.
    pub(crate) cpu: Duration,
    pub(crate) syncs: u64,
    /// Of each operation, in microseconds.
    pub(crate) latencies: Vec<u32>,
    pub(crate) memory: Memory,
}

/// One client: does one thing, again and again.
pub(crate) trait Client: Send + 'static {
    /// Does it once.
    fn call(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Lets clients work for `time`, and measures what they do and what the servers take for it.
///
/// # Errors
/// What went wrong first.
pub(crate) async fn measure<C: Client>(
    cluster: &Cluster,
    clients: Vec<C>,
    time: Duration,
) -> Result<Measured, Failure> {
    let begin = Instant::now() + WARM_UP;
    let end = begin + time;
    let mut working = JoinSet::new();
    for client in clients {
        working.spawn(work(client, begin, end));
    }
    tokio::time::sleep_until(begin).await;
    let (cpu, syncs, begun) = (cluster.cpu()?, cluster.syncs().await?, Instant::now());
    tokio::time::sleep_until(end).await;
    let mut measured = Measured {
        cpu: cluster.cpu()? - cpu,
        elapsed: begun.elapsed(),
        syncs: cluster.syncs().await? - syncs,
        memory: cluster.memory()?,
        ..Measured::default()
    };
    while let Some(worked) = working.join_next().await {
        measured.latencies.extend(worked.map_err(std::io::Error::other)??);
    }
    measured.operations = measured.latencies.len() as u64;
    Ok(measured)
}

/// Latencies, in microseconds, of what ended between `begin` and `end`.
async fn work(mut client: impl Client, begin: Instant, end: Instant) -> Result<Vec<u32>, Failure> {
    let mut latencies = Vec::new();
    loop {
        let asked = Instant::now();
        client.call().await?;
        let answered = Instant::now();
        if answered > end {
            return Ok(latencies);
        }
        if answered > begin {
            latencies.push(micros(answered - asked));
        }
    }
}

/// In microseconds.
pub(crate) fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

impl Measured {
    /// With another run of the same.
    pub(crate) fn add(&mut self, other: Measured) {
        self.operations += other.operations;
        self.elapsed += other.elapsed;
        self.cpu += other.cpu;
        self.syncs += other.syncs;
        self.latencies.extend(other.latencies);
        self.memory.peak = self.memory.peak.max(other.memory.peak);
        self.memory.resident = self.memory.resident.max(other.memory.resident);
    }

    /// Operations in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.operations as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Seconds on processors for 1,000 operations.
    pub(crate) fn cpu_per_thousand(&self) -> f64 {
        self.cpu.as_secs_f64() * 1000.0 / (self.operations as f64).max(1.0)
    }

    /// Syncs for 1,000 operations.
    pub(crate) fn syncs_per_thousand(&self) -> f64 {
        self.syncs as f64 * 1000.0 / (self.operations as f64).max(1.0)
    }

    /// The latency, in milliseconds, that this share of operations did not exceed.
    pub(crate) fn latency(&self, share: f64) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let place = (sorted.len() as f64 * share) as usize;
        sorted
            .get(place.min(sorted.len().saturating_sub(1)))
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}
