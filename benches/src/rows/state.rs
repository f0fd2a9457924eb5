//! Many objects: what they take in memory and on disk when they are there, after they were written again for as long
//! as Kubernetes keeps history, and how long a restart takes.

use super::keys::{FILL_OPS, fill};
use crate::cluster::{Cluster, Kind, Programs};
use crate::content::{key, value};
use crate::failure::Failure;
use crate::usage::Memory;
use pintle_wire::etcdserverpb::kv_client::KvClient;
use pintle_wire::etcdserverpb::{CompactionRequest, PutRequest};
use rand::Rng;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tonic::transport::Channel;

/// Clients that fill at a time.
const FILLING: u64 = 4;
/// Clients that write again.
const WRITING: usize = 64;
/// What is written behind gets so long before anything is measured.
const CALM: Duration = Duration::from_secs(5);

/// How much there is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volume {
    /// Objects.
    pub(crate) objects: u64,
    /// Writes of objects that are there, at random.
    pub(crate) churn: u64,
    /// Compactions meanwhile, each up to where the one before was: Kubernetes compacts every five minutes what is older
    /// than five minutes.
    pub(crate) compactions: u64,
}

/// How servers stand at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Phase {
    pub(crate) title: &'static str,
    /// How long it took to come here.
    pub(crate) elapsed: Duration,
    pub(crate) cpu: Duration,
    pub(crate) memory: Memory,
    pub(crate) disk: u64,
}

/// What was measured, of servers of one kind.
pub(crate) type State = Vec<Phase>;

/// Fills, writes again, and starts again.
///
/// # Errors
/// What went wrong first.
pub(crate) async fn measure(
    kind: Kind,
    programs: &Programs,
    folder: &Path,
    nodes: usize,
    volume: Volume,
) -> Result<State, Failure> {
    let mut cluster = Cluster::start(kind, programs, folder, nodes).await?;
    let mut state = Vec::new();
    let begun = Instant::now();
    fill_all(&cluster, volume.objects).await?;
    state.push(phase(&cluster, "filled", begun.elapsed(), Duration::ZERO).await?);
    if volume.churn > 0 {
        let (begun, cpu) = (Instant::now(), cluster.cpu()?);
        write_again(&cluster, volume).await?;
        state.push(phase(&cluster, "written again, compacted", begun.elapsed(), cpu).await?);
    }
    for (title, in_order) in [("started again after a stop", true), ("started again after a kill", false)] {
        cluster.end(in_order).await?;
        let elapsed = cluster.run().await?;
        let cpu = cluster.cpu()?;
        let mut phase = phase(&cluster, title, elapsed, Duration::ZERO).await?;
        phase.cpu = cpu;
        state.push(phase);
    }
    cluster.remove().await?;
    Ok(state)
}

async fn phase(
    cluster: &Cluster,
    title: &'static str,
    elapsed: Duration,
    cpu_before: Duration,
) -> Result<Phase, Failure> {
    tokio::time::sleep(CALM).await;
    let cpu = cluster.cpu()?.saturating_sub(cpu_before);
    Ok(Phase { title, elapsed, cpu, memory: cluster.memory()?, disk: cluster.disk() })
}

async fn fill_all(cluster: &Cluster, objects: u64) -> Result<(), Failure> {
    let channels = cluster.connect(FILLING as usize).await?;
    let part = objects.div_ceil(FILLING).next_multiple_of(FILL_OPS);
    let mut filling = JoinSet::new();
    for (channel, number) in channels.into_iter().zip(0..) {
        let numbers = (number * part).min(objects)..((number + 1) * part).min(objects);
        filling.spawn(async move { fill(&KvClient::new(channel), numbers).await });
    }
    join(filling).await
}

async fn write_again(cluster: &Cluster, volume: Volume) -> Result<(), Failure> {
    let channels = cluster.connect(4).await?;
    let progress = Arc::new(Progress { left: AtomicU64::new(volume.churn), revision: AtomicI64::new(0) });
    let mut compact_to = 0;
    for part in 1..=volume.compactions {
        let stop_at = volume.churn - volume.churn * part / volume.compactions;
        let mut writing = JoinSet::new();
        for channel in channels.iter().cycle().take(WRITING) {
            writing.spawn(write(channel.clone(), Arc::clone(&progress), stop_at, volume.objects));
        }
        join(writing).await?;
        if compact_to > 0 {
            let request = CompactionRequest { revision: compact_to, physical: false };
            KvClient::new(channels[0].clone()).compact(request).await?;
        }
        compact_to = progress.revision.load(Ordering::Relaxed);
    }
    Ok(())
}

struct Progress {
    left: AtomicU64,
    revision: AtomicI64,
}

async fn write(channel: Channel, progress: Arc<Progress>, stop_at: u64, objects: u64) -> Result<(), Failure> {
    let mut kv = KvClient::new(channel);
    let next = |left: u64| (left > stop_at).then(|| left - 1);
    while progress.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok() {
        let key = key(rand::rng().random_range(0..objects));
        let answer = kv.put(PutRequest { key, value: value(), ..PutRequest::default() }).await?;
        let revision = answer.into_inner().header.map_or(0, |header| header.revision);
        progress.revision.fetch_max(revision, Ordering::Relaxed);
    }
    Ok(())
}

async fn join(mut tasks: JoinSet<Result<(), Failure>>) -> Result<(), Failure> {
    while let Some(done) = tasks.join_next().await {
        done.map_err(std::io::Error::other)??;
    }
    Ok(())
}
