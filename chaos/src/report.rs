//! What came of it, for people.

use crate::nemesis::Tally;
use pintle_chaos::history::{Asked, Became, Call};
use std::fmt;
use std::time::Duration;

/// The broken promises that are shown; there may be many of one cause.
const SHOWN: usize = 20;

/// The outcome.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) time: Duration,
    pub(crate) tally: Tally,
    pub(crate) calls: Vec<Call>,
    pub(crate) told: usize,
    pub(crate) violations: Vec<String>,
}

impl Report {
    pub(crate) fn is_good(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
                self.calls.iter().filter(|call| is_kind(call.asked) && wanted(call.became)).count()
            };
            let answered = count(|became| matches!(became, Became::Found(_) | Became::Written(_)));
            let refused = count(|became| became == Became::Refused);
            let unknown = count(|became| became == Became::Unknown);
            writeln!(f, "{name:10} {answered:8} {refused:8} {unknown:8}")?;
        }
        writeln!(
            f,
            "\n{}, {} events told, {} s, seed {}",
            self.tally,
            self.told,
            self.time.as_secs(),
            self.seed
        )?;
        if self.is_good() {
            return writeln!(
                f,
                "nothing acknowledged was lost, the history is linearizable, the watch told everything once"
            );
        }
        writeln!(f, "{} BROKEN PROMISES", self.violations.len())?;
        for violation in self.violations.iter().take(SHOWN) {
            writeln!(f, "  {violation}")?;
        }
        Ok(())
    }
}
