//! What came of it, for people.

use crate::nemesis::{PEACE, Tally};
use crate::verdict::Evidence;
use pintle_chaos::checks::Step;
use pintle_chaos::history::{Asked, Became};
use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The broken promises that are shown; there may be many of one cause.
const SHOWN: usize = 20;

/// The outcome.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) nodes: u8,
    pub(crate) time: Duration,
    pub(crate) tally: Tally,
    pub(crate) evidence: Evidence,
    pub(crate) violations: Vec<String>,
    pub(crate) left_out: Vec<String>,
}

impl Report {
    pub(crate) fn is_good(&self) -> bool {
        self.violations.is_empty() && self.tally.broken.is_empty()
    }

    fn blows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outages = &self.evidence.outages;
        let seconds = |blow| {
            let (write, read) = outages.longest(blow);
            format!("{:8.1} {:8.1}", write.as_secs_f64(), read.as_secs_f64())
        };
        writeln!(f, "\n{:18} {:>5} {:>5} {:>17}  outcome", "blow", "times", "kills", "longest outage, s")?;
        writeln!(f, "{:18} {:5} {:5} {:>8} {:>8}", "", "", "", "writes", "reads")?;
        for (blow, count) in &self.tally.blows {
            let outcomes = count.outcomes.iter().map(|(what, times)| format!("{what} {times}"));
            let outcomes = outcomes.collect::<Vec<_>>().join(", ");
            let name = blow.name();
            writeln!(f, "{name:18} {:5} {:5} {}  {outcomes}", count.times, count.kills, seconds(name))?;
        }
        let (times, kills) = (self.tally.times(), self.tally.kills());
        writeln!(f, "{PEACE:18} {:5} {:5} {}", "", "", seconds(PEACE))?;
        writeln!(f, "{:18} {times:5} {kills:5}", "all")
    }

    fn calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = &self.evidence.calls;
        writeln!(f, "\n{:10} {:>8} {:>8} {:>8}", "calls", "answered", "refused", "unknown")?;
        type IsKind = fn(Asked) -> bool;
        let kinds: [(&str, IsKind); 4] = [
            ("get", |asked| asked == Asked::Get),
            ("put", |asked| matches!(asked, Asked::Put(_))),
            ("swap", |asked| matches!(asked, Asked::Swap { .. })),
            ("delete", |asked| asked == Asked::Delete),
        ];
        for (name, is_kind) in kinds {
            let count = |wanted: fn(Became) -> bool| {
                calls.iter().filter(|call| is_kind(call.asked) && wanted(call.became)).count()
            };
            let answered = count(|became| matches!(became, Became::Found(_) | Became::Written(_)));
            let refused = count(|became| became == Became::Refused);
            let unknown = count(|became| became == Became::Unknown);
            writeln!(f, "{name:10} {answered:8} {refused:8} {unknown:8}")?;
        }
        let refusals = &self.evidence.refusals;
        let (no_space, others) =
            (refusals.no_space.load(Ordering::Relaxed), refusals.others.load(Ordering::Relaxed));
        writeln!(
            f,
            "without effect: {no_space} for want of room, {others} for want of a leader or connection"
        )
    }

    fn others(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Evidence { readings, held, watched, slow, end, .. } = &self.evidence;
        let linearizable = readings.iter().filter(|reading| reading.linearizable).count();
        let serializable = readings.len() - linearizable;
        writeln!(f, "\nreads of each member: {linearizable} linearizable, {serializable} serializable")?;
        let told = watched.first().map_or(0, |watched| watched.told.events.len());
        let begun: usize = watched.iter().map(|watched| watched.told.begun).sum();
        let ((half, most), watches) = (self.evidence.delays(), watched.len());
        writeln!(
            f,
            "watches: {watches}, begun {begun} times, {told} events each, half within {:.1} ms of their \
             acknowledgement, 99 of 100 within {:.1} ms",
            half.as_secs_f64() * 1e3,
            most.as_secs_f64() * 1e3
        )?;
        let steps = || slow.iter().flatten();
        let events = steps().filter(|step| matches!(step, Step::Told(_))).count();
        let overtaken = steps().count() - events;
        writeln!(
            f,
            "slow watches: {}, {events} events, {overtaken} times overtaken by compaction",
            slow.len()
        )?;
        writeln!(
            f,
            "leases: {} held, kept alive and let go; keys at the end: {}",
            held.len(),
            end.values.len()
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.blows(f)?;
        self.calls(f)?;
        self.others(f)?;
        for left_out in &self.left_out {
            writeln!(f, "left out: {left_out}")?;
        }
        let (times, kills) = (self.tally.times(), self.tally.kills());
        let (seconds, nodes) = (self.time.as_secs(), self.nodes);
        writeln!(f, "\n{times} blows, {kills} kills, {seconds} s, {nodes} members, seed {}", self.seed)?;
        let broken: Vec<&String> = self.tally.broken.iter().chain(&self.violations).collect();
        if broken.is_empty() {
            return writeln!(
                f,
                "nothing acknowledged was lost, the history is linearizable, every watch told everything once, in order"
            );
        }
        writeln!(f, "{} BROKEN PROMISES", broken.len())?;
        for broken in broken.into_iter().take(SHOWN) {
            writeln!(f, "  {broken}")?;
        }
        Ok(())
    }
}
