//! `pintle apiserver`: what the flags say becomes a running frontend.

use crate::child;
use crate::failure::Failure;
use crate::flags::Given;
use crate::frontend;
use crate::logging;
use crate::options;
use crate::stop::Stop;

/// Reads the options, starts the log, and serves until told to stop.
///
/// # Errors
/// What is wrong with the options, or what kept the server from starting.
pub(crate) fn run(given: &Given) -> Result<(), Failure> {
    let (options, warnings) = options::read(given).map_err(Failure::Options)?;
    logging::start(options.log);
    warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    frontend::block_on(async {
        let stop = Stop::listen(options.shutdown_delay)?;
        let ready = |address| {
            tracing::info!(%address, "serving");
            child::serves();
        };
        frontend::serve(options, "--secure-port", ready, stop.stopping()).await
    })
}
