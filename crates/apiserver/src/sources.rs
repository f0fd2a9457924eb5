//! Where time, ids and chance come from: the only place that asks the system for them, so that everything
//! else takes them as values and can be replayed.

use rand::Rng;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time and the random numbers of one server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources;

/// What generated names end in: no vowels, no look-alikes.
const SUFFIX_LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

impl Sources {
    /// Wall time.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Wall time since 1970.
    pub fn since_epoch(&self) -> Duration {
        self.now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    /// Whole seconds since 1970.
    pub fn unix_seconds(&self) -> i64 {
        i64::try_from(self.since_epoch().as_secs()).unwrap_or(i64::MAX)
    }

    /// A random (version 4) UUID.
    pub fn uuid(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    /// The five characters that `generateName` is completed with.
    pub fn name_suffix(&self) -> String {
        let mut rng = rand::rng();
        (0..5).map(|_| char::from(SUFFIX_LETTERS[rng.random_range(0..SUFFIX_LETTERS.len())])).collect()
    }

    /// True by this chance, from 0 to 1.
    pub fn happens(&self, chance: f64) -> bool {
        chance > 0.0 && rand::rng().random::<f64>() < chance
    }

    /// Some part of this duration.
    pub fn part_of(&self, whole: Duration) -> Duration {
        whole.mul_f64(rand::rng().random::<f64>())
    }

    /// A duration in `[least, least + spread)`, in whole seconds.
    pub fn spread(&self, least: Duration, spread: Duration) -> Duration {
        least + Duration::from_secs(rand::rng().random_range(0..spread.as_secs().max(1)))
    }
}
