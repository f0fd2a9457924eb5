//! How long nobody could write or read, and under which blow.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Times without an answer.
#[derive(Debug)]
pub(crate) struct Outages(Mutex<Known>);

#[derive(Debug)]
struct Known {
    blow: &'static str,
    writes: Gap,
    reads: Gap,
}

#[derive(Debug)]
struct Gap {
    since: Instant,
    /// The blow under which nothing was answered first.
    blow: &'static str,
    longest: BTreeMap<&'static str, Duration>,
}

impl Outages {
    pub(crate) fn new(blow: &'static str) -> Outages {
        let gap = || Gap { since: Instant::now(), blow, longest: BTreeMap::new() };
        Outages(Mutex::new(Known { blow, writes: gap(), reads: gap() }))
    }

    /// What happens from now on is for this.
    pub(crate) fn begin(&self, blow: &'static str) {
        self.0.lock().blow = blow;
    }

    /// A write was acknowledged.
    pub(crate) fn written(&self) {
        let mut known = self.0.lock();
        let blow = known.blow;
        known.writes.end(blow);
    }

    /// A linearizable read was answered.
    pub(crate) fn read(&self) {
        let mut known = self.0.lock();
        let blow = known.blow;
        known.reads.end(blow);
    }

    /// The longest times by blow: without a write, and without a read.
    pub(crate) fn longest(&self, blow: &str) -> (Duration, Duration) {
        let known = self.0.lock();
        let of = |gap: &Gap| gap.longest.get(blow).copied().unwrap_or_default();
        (of(&known.writes), of(&known.reads))
    }
}

impl Gap {
    /// An outage that one blow began and another one ended is the first one's.
    fn end(&mut self, next: &'static str) {
        let longest = self.longest.entry(self.blow).or_default();
        *longest = self.since.elapsed().max(*longest);
        self.since = Instant::now();
        self.blow = next;
    }
}
