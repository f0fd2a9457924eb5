//! The threads of a member. What waits for disks has threads of its own: the log, the working state, large ranges.

use crate::failure::Failure;
use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

/// With so many processors one thread does all that does not wait: handing requests from thread to thread costs more
/// than a second one brings, and the log and the state have a use for the other processor.
const FEW: usize = 2;
/// How long threads get to end when the work is done.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs a member's work.
///
/// # Errors
/// That of the work, or the system's when it gives no threads.
pub(super) fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let mut builder = if available_parallelism().map_or(FEW, NonZero::get) <= FEW {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.enable_all().build();
    let runtime = runtime.map_err(|source| Failure::System { what: "can't start threads", source })?;
    let done = runtime.block_on(work);
    // A disk that hangs holds its thread for ever; the process ends all the same.
    runtime.shutdown_timeout(LAST_WORDS);
    done
}
