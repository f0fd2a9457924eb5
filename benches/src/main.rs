//! The storage tier beside etcd: the same load on the same machine and disk, turn by turn, both with fsync. What counts
//! is processor time, for the machine may be busy with other things; what servers take is what the kernel says of their
//! processes alone.
//!
//! ```text
//! cluster  processes of either kind         content  keys and values
//! load     clients, and what they measure   usage    processor time, memory, disk
//! rows     what they do                     report   tables
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod cluster;
mod content;
mod failure;
mod load;
mod report;
mod rows;
mod usage;

use clap::Parser;
use cluster::{Kind, Programs};
use failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use load::Measured;
use report::Pair;
use rows::{ROWS, Row, Volume};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

// The load generator shares the machine with the servers: it should take as little of it as it can.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The row that fills, writes again and starts again.
const STATE: &str = "state";

/// Compares the storage tier with etcd, side by side
#[derive(Debug, Parser)]
#[command(after_help = "Rows:
  put-1 put-64 put-64-each put-512      durable writes of 1 KB
  txn-64                                compare mod revision, put
  get-1 get-64 get-64-each read-txn-64  linearizable reads of one key
  list-5000                             a range of 5,000 keys
  watch-1000 watch-1000-shared          one writer, 1,000 watchers
  state                                 many keys: memory, disk, restarts

Examples:
  cargo storage-bench
  cargo storage-bench --rows put-64,get-64 --seconds 5 --repeats 1
  cargo storage-bench --nodes 3 --rows put-64")]
struct Order {
    /// What to compare; without it, everything
    #[arg(long, value_name = "ROWS", value_delimiter = ',', value_parser = names())]
    rows: Vec<String>,
    /// How long each measurement takes
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How often each is made, etcd and pintle in turn
    #[arg(long, default_value_t = 3)]
    repeats: u32,
    /// Members of each cluster
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    /// Keys of the row `state`
    #[arg(long, default_value_t = 500_000)]
    keys: u64,
    /// Writes of the row `state` when its keys are there: ten minutes' worth of a busy cluster
    #[arg(long, default_value_t = 300_000)]
    churn: u64,
    /// Measures only this one
    #[arg(long, value_name = "KIND", value_parser = ["etcd", "pintle"])]
    only: Option<String>,
    /// etcd's program
    #[arg(long, value_name = "FILE", default_value = "/usr/bin/etcd")]
    etcd: PathBuf,
    /// The program of the storage tier; without it, the one that was built beside this one
    #[arg(long, value_name = "FILE")]
    pintle: Option<PathBuf>,
    /// Another flag for `pintle storage`
    #[arg(long, value_name = "FLAG", allow_hyphen_values = true)]
    pintle_flag: Vec<String>,
    /// Where servers keep their files, on the disk that is to be compared; removed afterwards
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    let order = Order::parse();
    // One thread: whatever the generator takes, the servers don't get.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(&order)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(order: &Order) -> Result<(), Failure> {
    let programs = programs(order)?;
    let folder = order.folder.clone().unwrap_or_else(|| std::env::temp_dir().join("pintle-storage-bench"));
    let wanted = |name: &str| order.rows.is_empty() || order.rows.iter().any(|row| row == name);
    let rows: Vec<Row> = ROWS.into_iter().filter(|row| wanted(row.name)).collect();
    let bench = Bench { order, programs, folder: &folder };
    println!("{} member(s); {} measurements of {} s each\n", order.nodes, order.repeats, order.seconds);
    if !rows.is_empty() {
        println!("{}", report::load(&bench.load(&rows).await?));
    }
    if wanted(STATE) {
        println!("{} keys of {} bytes, {} writes of them", order.keys, content::VALUE_BYTES, order.churn);
        println!("\n{}", report::state(&bench.state().await?));
    }
    Ok(std::fs::remove_dir_all(&folder)?)
}

struct Bench<'a> {
    order: &'a Order,
    programs: Programs,
    folder: &'a Path,
}

impl Bench<'_> {
    async fn load(&self, rows: &[Row]) -> Result<Vec<Pair<Measured>>, Failure> {
        let bar = progress(rows.len() as u64 * u64::from(self.order.repeats) * self.kinds().count() as u64);
        let time = Duration::from_secs_f64(self.order.seconds.max(0.1));
        let mut pairs = Vec::new();
        for row in rows {
            let mut pair = Pair { title: row.title, etcd: Measured::default(), pintle: Measured::default() };
            for _ in 0..self.order.repeats {
                for kind in self.kinds() {
                    bar.set_message(format!("{}: {kind}", row.name));
                    let measured =
                        row.measure(kind, &self.programs, self.folder, self.order.nodes, time).await?;
                    match kind {
                        Kind::Etcd => pair.etcd.add(measured),
                        Kind::Pintle => pair.pintle.add(measured),
                    }
                    bar.inc(1);
                }
            }
            pairs.push(pair);
        }
        bar.finish_and_clear();
        Ok(pairs)
    }

    async fn state(&self) -> Result<Pair<rows::State>, Failure> {
        let bar = progress(self.kinds().count() as u64);
        let volume = Volume { objects: self.order.keys, churn: self.order.churn, compactions: 3 };
        let mut pair = Pair { title: STATE, etcd: Vec::new(), pintle: Vec::new() };
        for kind in self.kinds() {
            bar.set_message(format!("{STATE}: {kind}"));
            let state =
                rows::measure_state(kind, &self.programs, self.folder, self.order.nodes, volume).await?;
            match kind {
                Kind::Etcd => pair.etcd = state,
                Kind::Pintle => pair.pintle = state,
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        // What was not measured has a line, too.
        if self.order.only.is_some() {
            let other = if pair.etcd.is_empty() { pair.pintle.clone() } else { pair.etcd.clone() };
            let missing = if pair.etcd.is_empty() { &mut pair.etcd } else { &mut pair.pintle };
            *missing = other;
        }
        Ok(pair)
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let only = self.order.only.clone();
        let wanted = move |kind: &Kind| only.as_ref().is_none_or(|only| *only == kind.to_string());
        [Kind::Etcd, Kind::Pintle].into_iter().filter(wanted)
    }
}

fn programs(order: &Order) -> Result<Programs, Failure> {
    let beside = || Ok::<_, Failure>(std::env::current_exe()?.with_file_name("pintle"));
    let pintle = order.pintle.clone().map_or_else(beside, Ok)?;
    let programs = Programs { etcd: order.etcd.clone(), pintle, pintle_flags: order.pintle_flag.clone() };
    let help = "install Debian's etcd-server, or name another with --etcd";
    let missing = |program: &PathBuf, help| Failure::NoProgram { program: program.clone(), help };
    if !programs.etcd.is_file() && order.only.as_deref() != Some("pintle") {
        return Err(missing(&programs.etcd, help));
    }
    if !programs.pintle.is_file() && order.only.as_deref() != Some("etcd") {
        let help = "build it with `cargo build --release --package pintle`, or name another with --pintle";
        return Err(missing(&programs.pintle, help));
    }
    Ok(programs)
}

fn names() -> clap::builder::PossibleValuesParser {
    let names = ROWS.iter().map(|row| row.name).chain([STATE]);
    clap::builder::PossibleValuesParser::new(names.collect::<Vec<_>>())
}

fn progress(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
