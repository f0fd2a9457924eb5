//! A runtime of threads for the work of a process, from its beginning to its end.

use crate::failure::Failure;
use std::time::Duration;
use tokio::runtime::Builder;

/// How long threads get to end when the work is done.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Does the work on a runtime of its own.
///
/// # Errors
/// That of the work, or the system's when it gives no threads.
pub(crate) fn block_on(
    threads: &mut Builder,
    work: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    let runtime = threads.enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "can't start threads", source })?;
    let done = runtime.block_on(work);
    // A disk that hangs holds its thread for ever; the process ends all the same.
    runtime.shutdown_timeout(LAST_WORDS);
    done
}
