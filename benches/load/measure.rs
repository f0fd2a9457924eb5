//! What is measured while a load runs: latencies, failures, and what processes use, in all and second by second.

use crate::failure::Failure;
use crate::usage;
use hdrhistogram::Histogram;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often processes are looked at.
const SAMPLE_EVERY: Duration = Duration::from_millis(500);
/// The longest latency that is told apart, in microseconds.
const LATENCY_MAX: u64 = 600_000_000;
/// Kinds of failure that are counted by their words; others are counted together.
const WORDS_MAX: usize = 20;

/// The measurements of one load.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) begun: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    all: Histogram<u64>,
    /// Since the last sample.
    recent: Histogram<u64>,
    bytes: u64,
    failures: BTreeMap<String, u64>,
}

/// One look at everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// Since the load began, in seconds.
    pub(crate) at: f64,
    /// Requests or deliveries a second since the last sample.
    pub(crate) rate: f64,
    /// Latencies since then, in milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Processors in use since then.
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) resident: u64,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) title: String,
    /// What is counted: requests, deliveries.
    pub(crate) what: &'static str,
    pub(crate) seconds: f64,
    pub(crate) latencies: Histogram<u64>,
    pub(crate) bytes: u64,
    pub(crate) failures: BTreeMap<String, u64>,
    pub(crate) cpu: Option<Duration>,
    /// Bytes of the processes: before, at the most, at the end.
    pub(crate) resident: Option<(u64, u64, u64)>,
    pub(crate) samples: Vec<Sample>,
    /// More to tell: a name and a value with its unit.
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Meter {
    pub(crate) fn new() -> Meter {
        let histogram = || Histogram::new_with_bounds(1, LATENCY_MAX, 3).expect("good bounds");
        let counts = Counts { all: histogram(), recent: histogram(), bytes: 0, failures: BTreeMap::new() };
        Meter { begun: Instant::now(), counts: Mutex::new(counts) }
    }

    /// Nanoseconds since the beginning.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Something took so long and brought so many bytes.
    pub(crate) fn took(&self, latency: Duration, bytes: usize) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(LATENCY_MAX).clamp(1, LATENCY_MAX);
        let mut counts = self.counts.lock();
        counts.all.saturating_record(micros);
        counts.recent.saturating_record(micros);
        counts.bytes += bytes as u64;
    }

    pub(crate) fn failed(&self, words: impl Into<String>) {
        let (mut counts, mut words) = (self.counts.lock(), words.into());
        if counts.failures.len() >= WORDS_MAX && !counts.failures.contains_key(&words) {
            "others".clone_into(&mut words);
        }
        *counts.failures.entry(words).or_default() += 1;
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.lock().all.len()
    }

    fn recent(&self) -> (u64, f64, f64) {
        let mut counts = self.counts.lock();
        let of = |part| counts.recent.value_at_quantile(part) as f64 / 1000.0;
        let recent = (counts.recent.len(), of(0.5), of(0.99));
        counts.recent.reset();
        recent
    }
}

/// What processes have used, together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) cpu: Duration,
    /// Bytes.
    pub(crate) resident: u64,
}

/// `None` when nobody says which processes.
///
/// # Errors
/// When one is gone.
pub(crate) fn used(pids: &[u32]) -> Result<Option<Used>, Failure> {
    let mut sum = Used::default();
    for pid in pids {
        let gone = |_| {
            Failure::Server(format!("process {pid} is not there\nhelp: --pid takes the server's process id"))
        };
        sum.cpu += usage::cpu(*pid).map_err(gone)?;
        sum.resident += usage::memory(*pid).map_err(gone)?.resident;
    }
    Ok((!pids.is_empty()).then_some(sum))
}

/// Runs a load and measures it.
///
/// # Errors
/// Those of the load, or when a process is gone.
pub(crate) async fn measure(
    title: String,
    what: &'static str,
    pids: &[u32],
    meter: &Meter,
    load: impl Future<Output = Result<(), Failure>>,
) -> Result<Measured, Failure> {
    let (before, begun) = (used(pids)?, Instant::now());
    let (mut samples, mut last, mut last_at) = (Vec::new(), before, begun);
    let mut most = before.map_or(0, |used| used.resident);
    let mut ticks = interval(SAMPLE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut load = std::pin::pin!(load);
    loop {
        tokio::select! {
            done = &mut load => {
                done?;
                break;
            }
            _ = ticks.tick() => {
                let now = used(pids)?;
                let (passed, (count, p50, p99)) = (last_at.elapsed().as_secs_f64(), meter.recent());
                let cpu = now.zip(last).map(|(now, last)| now.cpu.saturating_sub(last.cpu).as_secs_f64() / passed);
                let resident = now.map_or(0, |used| used.resident);
                most = most.max(resident);
                let at = begun.elapsed().as_secs_f64();
                samples.push(Sample { at, rate: count as f64 / passed, p50, p99, cpu: cpu.unwrap_or_default(), resident });
                (last, last_at) = (now, Instant::now());
            }
        }
    }
    let (after, seconds) = (used(pids)?, begun.elapsed().as_secs_f64());
    let counts = meter.counts.lock();
    let both = before.zip(after);
    Ok(Measured {
        title,
        what,
        seconds,
        latencies: counts.all.clone(),
        bytes: counts.bytes,
        failures: counts.failures.clone(),
        cpu: both.map(|(before, after)| after.cpu.saturating_sub(before.cpu)),
        resident: both.map(|(before, after)| (before.resident, most.max(after.resident), after.resident)),
        samples,
        facts: Vec::new(),
    })
}

impl Measured {
    pub(crate) fn count(&self) -> u64 {
        self.latencies.len()
    }

    /// Milliseconds.
    pub(crate) fn latency(&self, part: f64) -> f64 {
        self.latencies.value_at_quantile(part) as f64 / 1000.0
    }

    /// Microseconds of processor time for each.
    pub(crate) fn cpu_each(&self) -> Option<f64> {
        self.cpu.filter(|_| self.count() > 0).map(|cpu| cpu.as_secs_f64() * 1e6 / self.count() as f64)
    }
}
