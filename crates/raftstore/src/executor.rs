//! Where work runs that waits for a disk or takes long: on threads of its own or, in a simulation, on the one thread on
//! which everything runs there, so that the order of things is decided by a seed and by nothing else.
//!
//! A thread is told once that it simulates; what is started on it afterwards goes by that. Nobody else is touched, so
//! that simulations run side by side, and servers never ask for more than a thread's own variable.

use std::cell::Cell;
use std::time::Duration;

/// The longest that a simulated disk takes for what it is asked, in microseconds.
const LATENCY_MAX: u64 = 4000;

thread_local! {
    /// What chance is drawn from; none where nothing is simulated.
    static CHANCE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// As long as it is held, nodes that are started on this thread simulate.
#[derive(Debug)]
pub struct Simulated(());

/// Lets nodes that are started on this thread take no threads: what would run on one runs between their tasks, on a tokio
/// runtime of this thread, and takes virtual time. Elections draw their chance from `seed`.
///
/// # Panics
/// When this thread simulates already.
pub fn simulate(seed: u64) -> Simulated {
    let before = CHANCE.replace(Some(seed));
    assert!(before.is_none(), "one simulation at a time on a thread");
    Simulated(())
}

impl Drop for Simulated {
    fn drop(&mut self) {
        CHANCE.set(None);
    }
}

/// Why work did not come to its end: it panicked, or the runtime is going down.
#[derive(Debug, thiserror::Error)]
#[error("work beside ended badly: {0}")]
pub(crate) struct Ended(#[from] tokio::task::JoinError);

/// Does work that may block, and answers what it made.
///
/// # Errors
/// [`Ended`].
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Ended> {
    if !is_simulated() {
        return Ok(tokio::task::spawn_blocking(work).await?);
    }
    tokio::time::sleep(latency()).await;
    Ok(work())
}

/// Whether this thread simulates.
pub(crate) fn is_simulated() -> bool {
    CHANCE.get().is_some()
}

/// How long a simulated disk takes for what it is asked next.
pub(crate) fn latency() -> Duration {
    Duration::from_micros(chance().map_or(0, |drawn| drawn % LATENCY_MAX))
}

/// A number that the seed decides; `None` where nothing is simulated.
pub(crate) fn chance() -> Option<u64> {
    // SplitMix64: every step is another number, whatever it began with.
    let state = CHANCE.get()?.wrapping_add(0x9E37_79B9_7F4A_7C15);
    CHANCE.set(Some(state));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    Some(mixed ^ (mixed >> 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_and_ends_with_its_guard() {
        let draw = |seed| {
            let _simulated = simulate(seed);
            (0..10).map(|_| chance().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(chance(), None);
        assert!(!is_simulated());
    }
}
