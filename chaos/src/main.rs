//! Chaos for the storage tier: real members, killed and stopped while clients write, read and watch; then proof that
//! nothing acknowledged was lost, that the history is linearizable, and that watches told everything once, in order.
//!
//! ```text
//! nemesis  kills, stops, starts again    --> cluster: processes of `pintle storage`
//! workload writes, reads, compares       --> history: every call, with what became of it
//! watcher  watches from the first moment --> what happened, as told
//! checks   history + told + what is there at the end --> verdict
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod cluster;
mod failure;
mod nemesis;
mod report;
mod watcher;
mod workload;

use clap::Parser;
use cluster::Cluster;
use failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use nemesis::Nemesis;
use pintle_chaos::checks;
use pintle_chaos::history::History;
use report::Report;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use watcher::Watcher;
use workload::Workload;

/// Hurts a storage cluster while it works, and checks that it kept every promise
#[derive(Debug, Parser)]
#[command(
    after_help = "Examples:\n  cargo chaos --minutes 10\n  cargo chaos --seed 42 --minutes 1 --nodes 5 --clients 16"
)]
struct Order {
    /// Where chance begins; the same seed hurts the same members in the same order
    #[arg(long)]
    seed: Option<u64>,
    /// How long to go on
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Members of the cluster
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// Clients at work
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// Keys they work on: few, so that they meet
    #[arg(long, default_value_t = 10)]
    keys: usize,
    /// The program of the members; without it, the one that was built beside this one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Where members keep their files; without it, a folder that is removed when all went well
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    let order = Order::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(&order)));
    match outcome {
        Ok(report) => {
            print!("{report}");
            if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(order: &Order) -> Result<Report, Failure> {
    let seed = order.seed.unwrap_or_else(rand::random);
    println!(
        "chaos: seed {seed}, {} members, {} clients, {} minutes",
        order.nodes, order.clients, order.minutes
    );
    let mut cluster = Cluster::start(order.nodes, order.binary.as_deref(), order.folder.as_deref()).await?;
    let history = Arc::new(History::default());
    let watcher = Watcher::start(cluster.client()?);
    let workload = Workload::start(&cluster, order.clients, order.keys, seed, &history)?;
    let mut nemesis = Nemesis::new(seed);
    let (begun, time) = (Instant::now(), Duration::from_secs_f64((order.minutes * 60.0).max(1.0)));
    let progress = progress(time);
    while begun.elapsed() < time {
        nemesis.strike(&mut cluster).await?;
        progress.set_position(begun.elapsed().as_secs().min(time.as_secs()));
        progress.set_message(format!("{}, {} calls", nemesis.tally, history.len()));
    }
    progress.finish_and_clear();
    cluster.heal().await?;
    workload.stop().await;
    let end = checks::what_is_there(&*cluster.client()?).await.map_err(Failure::Watch)?;
    let told = watcher.until(end.revision).await?;
    let calls = history.take();
    let violations = checks::violations(&calls, &told, &end);
    let report = Report {
        seed,
        time: begun.elapsed(),
        tally: nemesis.tally,
        calls,
        told: told.events.len(),
        violations,
    };
    cluster.stop(report.is_good()).await;
    Ok(report)
}

fn progress(time: Duration) -> ProgressBar {
    let bar = ProgressBar::new(time.as_secs());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} s  {msg}") {
        bar.set_style(style);
    }
    bar
}
