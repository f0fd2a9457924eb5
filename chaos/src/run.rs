//! One run: everything is started, hurt, healed, and asked what it knows.

use crate::clients::{Holders, Outages, Readers, SlowWatchers, Watcher, Workload, compact, put_until_known};
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::nemesis::{Nemesis, PEACE};
use crate::order::Order;
use crate::report::Report;
use crate::verdict::{Evidence, hashes, reversions};
use indicatif::{ProgressBar, ProgressStyle};
use pintle_chaos::checks;
use pintle_chaos::history::History;
use pintle_storage::Revision;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Everything that goes on beside the nemesis.
struct Clients {
    history: Arc<History>,
    outages: Arc<Outages>,
    /// The first knows all members and stays; the others know one each, and come and go.
    watchers: Vec<Watcher>,
    slow: SlowWatchers,
    readers: Readers,
    holders: Holders,
    workload: Workload,
}

/// Runs it, and says what came of it.
pub(crate) async fn run(order: &Order, why_not: Option<String>) -> Result<Report, Failure> {
    let blows = order.blows()?;
    let seed = order.seed.unwrap_or_else(rand::random);
    let (nodes, clients, minutes) = (order.nodes, order.clients, order.minutes);
    println!("chaos: seed {seed}, {nodes} members, {clients} clients, {minutes} minutes");
    let (binary, folder) = (order.binary.as_deref(), order.folder.as_deref());
    let mut cluster = Cluster::start(nodes.into(), binary, folder, why_not).await?;
    for left_out in &cluster.ground.left_out {
        println!("left out: {left_out}");
    }
    let clients = Clients::start(order, seed, &cluster).await?;
    let mut nemesis = Nemesis::new(seed, &cluster, &blows, &clients.outages);
    let begun = Instant::now();
    let done = match strike(order, &mut nemesis, &mut cluster, &clients).await {
        Ok(()) => clients.end(&mut cluster, &mut nemesis).await,
        Err(failure) => Err(failure),
    };
    let evidence = match done {
        Ok(evidence) => evidence,
        Err(failure) => {
            println!("seed {seed}, {} blows, {} kills", nemesis.tally.times(), nemesis.tally.kills());
            for broken in &nemesis.tally.broken {
                println!("BROKEN PROMISE: {broken}");
            }
            cluster.stop(false).await;
            return Err(failure);
        }
    };
    let violations = evidence.violations();
    let is_good = violations.is_empty() && nemesis.tally.broken.is_empty();
    let left_out = cluster.ground.left_out.clone();
    cluster.stop(is_good).await;
    Ok(Report { seed, nodes, time: begun.elapsed(), tally: nemesis.tally, evidence, violations, left_out })
}

/// Hurts the cluster until the time is over and as many are killed as are to be.
async fn strike(
    order: &Order,
    nemesis: &mut Nemesis,
    cluster: &mut Cluster,
    clients: &Clients,
) -> Result<(), Failure> {
    let (begun, time) = (Instant::now(), Duration::from_secs_f64((order.minutes * 60.0).max(1.0)));
    let (progress, storage) = (progress(time), cluster.client()?);
    let mut compacted = Revision::ZERO;
    while begun.elapsed() < time || nemesis.tally.kills() < order.kills {
        nemesis.strike(cluster).await?;
        compacted = compact(&storage, clients.told(), compacted).await.map_err(Failure::Ended)?;
        progress.set_position(begun.elapsed().as_secs().min(time.as_secs()));
        let tally = &nemesis.tally;
        let calls = clients.history.len();
        progress.set_message(format!("{} blows, {} kills, {calls} calls", tally.times(), tally.kills()));
    }
    progress.finish_and_clear();
    Ok(())
}

impl Clients {
    async fn start(order: &Order, seed: u64, cluster: &Cluster) -> Result<Clients, Failure> {
        let history = Arc::new(History::default());
        let outages = Arc::new(Outages::new(PEACE));
        let mut watchers = vec![Watcher::start(cluster.client()?, &history, None)];
        for place in 0..cluster.len() {
            let seed = seed.wrapping_add(1000 + place as u64);
            watchers.push(Watcher::start(cluster.client_of(place)?, &history, Some(seed)));
        }
        Ok(Clients {
            watchers,
            slow: SlowWatchers::start(cluster).await?,
            readers: Readers::start(cluster, order.keys, seed.wrapping_add(2000), &history)?,
            holders: Holders::start(cluster.client()?, seed.wrapping_add(3000)),
            workload: Workload::start(cluster, order.clients, order.keys, seed, &history, &outages)?,
            history,
            outages,
        })
    }

    /// What every watcher that keeps up has been told.
    fn told(&self) -> Revision {
        let told = self.watchers.iter().map(Watcher::revision).min().unwrap_or(Revision::ZERO);
        told.min(self.holders.revision())
    }

    /// Lets the cluster get well and everybody finish, and collects what they know.
    async fn end(self, cluster: &mut Cluster, nemesis: &mut Nemesis) -> Result<Evidence, Failure> {
        cluster.heal().await?;
        self.outages.begin(PEACE);
        let refusals = Arc::clone(&self.workload.refusals);
        let (acknowledged, unused) = self.workload.stop().await;
        let readings = self.readers.stop().await?;
        let (held, gone) = self.holders.stop().await?;
        let storage = cluster.client()?;
        let last = put_until_known(&storage, &self.history, unused).await;
        let end = checks::what_is_there(&*storage).await.map_err(Failure::Ended)?;
        let mut watched = Vec::new();
        for watcher in self.watchers {
            watched.push(watcher.until(last).await?);
        }
        let slow = self.slow.stop().await;
        hashes(cluster, last, &mut nemesis.tally.broken).await?;
        reversions(cluster, &mut nemesis.tally.broken)?;
        let calls = self.history.take();
        let outages = self.outages;
        Ok(Evidence { calls, readings, held, gone, end, watched, slow, refusals, acknowledged, outages })
    }
}

fn progress(time: Duration) -> ProgressBar {
    let bar = ProgressBar::new(time.as_secs());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} s  {msg}") {
        bar.set_style(style);
    }
    bar
}
