//! `cargo simulate`: seed after seed, until one breaks a promise or the time is over.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

use clap::Parser;
use pintle_simulation::{Outcome, is_repeatable, live};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// One seed in so many is lived through twice, to see that it goes the same way.
const TWICE_EVERY: u64 = 50;

/// Simulates clusters, each of one seed, and holds what their clients saw against the promises.
#[derive(Parser)]
#[command(
    name = "cargo simulate",
    after_help = "A seed that breaks a promise is printed with the command that lives through it again."
)]
struct Order {
    /// The first seed; without it, one of the clock.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds; without it, as many as the time allows.
    #[arg(long)]
    seeds: Option<u64>,
    /// How long no further seed is begun.
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Seeds at the same time.
    #[arg(long, default_value_t = 1)]
    threads: u64,
    /// Go on behind a seed that breaks a promise.
    #[arg(long)]
    keep_going: bool,
    /// Print everything that happens.
    #[arg(long)]
    trace: bool,
    /// Print what the nodes log.
    #[arg(long)]
    logs: bool,
}

fn main() -> ExitCode {
    let order = Order::parse();
    if order.logs {
        tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).without_time().init();
    }
    let first = order.seed.unwrap_or_else(of_the_clock);
    let begun = now();
    println!("simulating from seed {first} on");
    if !is_repeatable() {
        println!("not built with `--cfg tokio_unstable`: a seed may go another way the next time");
    }
    let total = run(&order, first, begun);
    total.print(begun.elapsed());
    if total.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(order: &Order, first: u64, begun: Instant) -> Total {
    let time = Duration::from_secs_f64(order.minutes.clamp(0.0, 1e6) * 60.0);
    let (next, is_enough) = (AtomicU64::new(0), AtomicBool::new(false));
    let (tell, told) = mpsc::sync_channel(WAITING_MAX);
    let mut total = Total::default();
    thread::scope(|scope| {
        for _ in 0..order.threads.max(1) {
            let (tell, next, is_enough) = (tell.clone(), &next, &is_enough);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let is_over = match order.seeds {
                        Some(seeds) => number >= seeds,
                        None => begun.elapsed() >= time,
                    };
                    if is_over || is_enough.load(Ordering::Relaxed) {
                        return;
                    }
                    if tell.send(one(first.wrapping_add(number), number, order.trace)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        // To the end, also of what the other threads are in the middle of.
        for outcome in told {
            total.add(outcome);
            is_enough.store(!total.broken.is_empty() && !order.keep_going, Ordering::Relaxed);
        }
    });
    total
}

/// The most outcomes that wait to be counted.
const WAITING_MAX: usize = 64;

/// A seed; some twice.
fn one(seed: u64, number: u64, is_loud: bool) -> Outcome {
    let mut outcome = live(seed, is_loud);
    if is_repeatable() && number.is_multiple_of(TWICE_EVERY) {
        let again = live(seed, is_loud);
        if again.trace != outcome.trace {
            outcome.broken.push("it did not go the same way a second time".to_owned());
        }
    }
    outcome
}

#[derive(Default)]
struct Total {
    seeds: u64,
    events: u64,
    millis: u64,
    calls: [u64; 3],
    revisions: u64,
    faults: BTreeMap<String, u64>,
    broken: Vec<(u64, Vec<String>)>,
}

impl Total {
    fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        self.events += outcome.events;
        self.millis += outcome.millis;
        self.revisions += outcome.revisions;
        for (sum, calls) in self.calls.iter_mut().zip(outcome.calls) {
            *sum += calls;
        }
        for (fault, count) in outcome.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        if !outcome.broken.is_empty() {
            let seed = outcome.seed;
            eprintln!("seed {seed} breaks promises:");
            for broken in outcome.broken.iter().take(10) {
                eprintln!("  - {}", shortened(broken));
            }
            eprintln!("run it again: cargo simulate --seed {seed} --seeds 1 --trace");
            self.broken.push((seed, outcome.broken));
        }
    }

    fn print(&self, took: Duration) {
        let [done, refused, unknown] = self.calls;
        let minutes = took.as_secs_f64() / 60.0;
        println!(
            "{} seeds in {:.1} s ({:.0} a minute), {:.0} s of the nodes' time, {} events",
            self.seeds,
            took.as_secs_f64(),
            self.seeds as f64 / minutes,
            self.millis as f64 / 1000.0,
            self.events
        );
        println!("{} revisions; calls: {done} done, {refused} not done, {unknown} unknown", self.revisions);
        let faults = self.faults.iter().map(|(fault, count)| format!("{fault} {count}"));
        println!("{}", faults.collect::<Vec<_>>().join(", "));
        let seeds: Vec<u64> = self.broken.iter().map(|(seed, _)| *seed).collect();
        if seeds.is_empty() {
            println!("no promise was broken");
        } else {
            println!("{} seeds broke promises: {seeds:?}", seeds.len());
        }
    }
}

/// What is too long to read is cut.
fn shortened(text: &str) -> String {
    text.chars().take(4000).collect()
}

#[expect(clippy::disallowed_methods, reason = "a person's time is measured on the machine's clock")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "any seed will do that was not yesterday's; it is printed")]
fn of_the_clock() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs() * 1_000_000
}
