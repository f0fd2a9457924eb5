//! Chance: everything that could come otherwise comes from a seed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of chance. What is drawn from one never changes what another brings.
#[derive(Clone, Debug)]
pub(crate) struct Chance(StdRng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(StdRng::seed_from_u64(seed))
    }

    /// Another source, for somebody else.
    pub(crate) fn fork(&mut self) -> Chance {
        Chance::new(self.0.random())
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.random()
    }

    /// Below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.random_range(0..bound)
    }

    /// From `least` on, below `most`.
    pub(crate) fn within(&mut self, least: u64, most: u64) -> u64 {
        self.0.random_range(least..most)
    }

    pub(crate) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// One of `among`; `None` when there is none.
    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let place = usize::try_from(self.below((among.len() as u64).max(1))).ok()?;
        among.get(place)
    }
}
