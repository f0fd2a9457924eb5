//! The threads of a member. What waits for disks has threads of its own: the log, the working state, large ranges.

use crate::failure::Failure;
use crate::runtime;
use std::num::NonZero;
use std::thread::available_parallelism;
use tokio::runtime::Builder;

/// With so many processors one thread does all that does not wait: handing requests from thread to thread costs more
/// than a second one brings, and the log and the state have a use for the other processor.
const FEW: usize = 2;

/// Runs a member's work.
///
/// # Errors
/// That of the work, or the system's when it gives no threads.
pub(super) fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let is_small = available_parallelism().map_or(FEW, NonZero::get) <= FEW;
    let mut threads = if is_small { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    runtime::block_on(&mut threads, work)
}
