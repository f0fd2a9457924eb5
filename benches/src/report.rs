//! Tables, in Markdown.

use crate::load::Measured;
use crate::rows::{Phase, State};
use std::fmt::Write;

/// What was measured of one row: etcd, then pintle.
#[derive(Debug)]
pub(crate) struct Pair<T> {
    pub(crate) title: &'static str,
    pub(crate) etcd: T,
    pub(crate) pintle: T,
}

/// Rows of load.
pub(crate) fn load(rows: &[Pair<Measured>]) -> String {
    let mut text = String::from(
        "| work | operations/s: etcd | pintle | ratio | p50 / p99 ms: etcd | pintle | CPU s per 1,000: etcd | pintle | ratio | \
         syncs per 1,000: etcd | pintle | resident MB: etcd | pintle |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for Pair { title, etcd, pintle } in rows {
        let latencies = |of: &Measured| format!("{:.2} / {:.2}", of.latency(0.5), of.latency(0.99));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {title} | {:.0} | {:.0} | {:.2} | {} | {} | {:.4} | {:.4} | **{:.2}** | {:.0} | {:.0} | {} | {} |",
            etcd.rate(),
            pintle.rate(),
            pintle.rate() / etcd.rate(),
            latencies(etcd),
            latencies(pintle),
            etcd.cpu_per_thousand(),
            pintle.cpu_per_thousand(),
            etcd.cpu_per_thousand() / pintle.cpu_per_thousand(),
            etcd.syncs_per_thousand(),
            pintle.syncs_per_thousand(),
            megabytes(etcd.memory.peak),
            megabytes(pintle.memory.peak),
        );
    }
    text
}

/// Phases of a state.
pub(crate) fn state(pair: &Pair<State>) -> String {
    let mut text = String::from(
        "| phase | seconds: etcd | pintle | ratio | CPU s: etcd | pintle | ratio | resident MB: etcd | pintle | \
         most MB: etcd | pintle | disk MB: etcd | pintle |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (etcd, pintle) in pair.etcd.iter().zip(&pair.pintle) {
        let (elapsed, cpu) =
            (|of: &Phase| of.elapsed.as_secs_f64().max(0.001), |of: &Phase| of.cpu.as_secs_f64().max(0.01));
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | **{:.2}** | {} | {} | {} | {} | {} | {} |",
            etcd.title,
            elapsed(etcd),
            elapsed(pintle),
            elapsed(etcd) / elapsed(pintle),
            cpu(etcd),
            cpu(pintle),
            cpu(etcd) / cpu(pintle),
            megabytes(etcd.memory.resident),
            megabytes(pintle.memory.resident),
            megabytes(etcd.memory.peak),
            megabytes(pintle.memory.peak),
            megabytes(etcd.disk),
            megabytes(pintle.disk),
        );
    }
    text
}

fn megabytes(bytes: u64) -> u64 {
    bytes / 1_000_000
}
