//! `pintle apiserver`: what the flags say becomes a running frontend.

use crate::failure::Failure;
use crate::flags::Given;
use crate::frontend;
use crate::logging;
use crate::options::{self, Certificate, Options};
use crate::pki;
use crate::stop::Stop;

/// Reads the options, starts the log, and serves until told to stop.
///
/// # Errors
/// What is wrong with the options, or what kept the server from starting.
pub(crate) fn run(given: &Given) -> Result<(), Failure> {
    let (mut options, warnings) = options::read(given).map_err(Failure::Options)?;
    logging::start(options.log);
    warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    own_certificate(&mut options)?;
    frontend::block_on(async {
        let stop = Stop::listen(options.shutdown_delay)?;
        let address = options.bind_address;
        let ready = |address| tracing::info!(%address, "serving");
        let served = frontend::serve(options, ready, stop.token()).await;
        served.map_err(|error| Failure::listen(address, &error, "--secure-port"))
    })
}

/// Without a certificate the server makes its own, and keeps it where the reference does.
fn own_certificate(options: &mut Options) -> Result<(), Failure> {
    if let Certificate::SelfSigned(folder) = &options.tls.certificate {
        let service = options.service_cidrs.first().map(options::first_address);
        let addresses = [Some(options.advertise_address), service].into_iter().flatten().collect();
        let (certificate, key) = pki::self_signed(folder, addresses)?;
        tracing::info!(certificate = %certificate.display(), "serving with a self-signed certificate");
        options.tls.certificate = Certificate::Files { certificate, key };
    }
    Ok(())
}
