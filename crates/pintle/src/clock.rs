//! The clock of the command line: certificates are made and judged at a time, and this is where it comes from.

use std::time::SystemTime;
use time::OffsetDateTime;

/// Wall time.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> OffsetDateTime {
    SystemTime::now().into()
}
