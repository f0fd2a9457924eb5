//! What was done to the cluster, and what came of it.

use super::blow::Blow;
use std::collections::BTreeMap;

/// Counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) blows: BTreeMap<Blow, Count>,
    /// Promises that were broken under the eyes of the nemesis.
    pub(crate) broken: Vec<String>,
}

/// What one kind of blow came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    pub(crate) times: usize,
    /// Processes that were killed.
    pub(crate) kills: usize,
    /// What came of it, as far as there is a choice.
    pub(crate) outcomes: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub(crate) fn kills(&self) -> usize {
        self.blows.values().map(|count| count.kills).sum()
    }

    pub(crate) fn times(&self) -> usize {
        self.blows.values().map(|count| count.times).sum()
    }
}
