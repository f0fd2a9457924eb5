//! The clock of the command line: certificates are made and judged at a time, and this is where it comes from.

use std::time::{Duration, SystemTime};
use time::OffsetDateTime;

/// Wall time.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> OffsetDateTime {
    SystemTime::now().into()
}

/// The time since 1970.
pub(crate) fn since_epoch() -> Duration {
    let now = now();
    Duration::from_nanos(u64::try_from(now.unix_timestamp_nanos()).unwrap_or_default())
}
