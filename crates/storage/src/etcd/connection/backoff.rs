//! How long to wait before a member is tried again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);

/// Kept short: a call waits for the next try when no member can be reached.
const LONGEST: Duration = Duration::from_secs(2);

/// Doubles with every failure. A random half is taken off, so that many clients don't return in step.
#[derive(Debug)]
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) fn new() -> Backoff {
        Backoff(FIRST)
    }

    pub(super) fn reset(&mut self) {
        self.0 = FIRST;
    }

    pub(super) fn next(&mut self) -> Duration {
        let longest = self.0;
        self.0 = (longest * 2).min(LONGEST);
        longest.mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_bound_and_start_over() {
        let mut backoff = Backoff::new();
        assert!(backoff.next() <= FIRST);
        let last = (0..20).map(|_| backoff.next()).last().expect("there are twenty");
        assert!(last <= LONGEST && last >= LONGEST / 2, "{last:?}");
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
