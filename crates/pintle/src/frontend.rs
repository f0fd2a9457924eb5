//! The one place where a frontend is started; `dev` and `apiserver` both end here.

use crate::failure::Failure;
use crate::options::{Certificate, Options, Tls};
use crate::pki;
use pintle_apiserver::config::{Build, Config, TlsFiles};
use pintle_apiserver::{StartError, Stopping};
use pintle_meta::value::STACK_SIZE;
use pintle_storage::memory::Memory;
use std::net::SocketAddr;
use std::sync::Arc;

/// Runs a server's work on a runtime of its own.
///
/// # Errors
/// That of the work, or the system's when it gives no threads.
pub(crate) fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_SIZE).build();
    runtime.map_err(|source| Failure::System { what: "can't start threads", source })?.block_on(work)
}

/// Serves until told to stop; `ready` hears the address once everything is answered. `port_flag` is how another port
/// is chosen.
///
/// # Errors
/// When a file can't be used or the address can't be listened on.
pub(crate) async fn serve(
    options: Options,
    port_flag: &str,
    ready: impl FnOnce(SocketAddr),
    stopping: Stopping,
) -> Result<(), Failure> {
    let address = options.bind_address;
    let served = pintle_apiserver::run(config(options)?, Arc::new(Memory::new()), ready, stopping).await;
    served.map_err(|error| match error {
        StartError::Listen(error) => Failure::listen(address, &error, port_flag),
        other => Failure::Start(other),
    })
}

fn config(options: Options) -> Result<Config, Failure> {
    Ok(Config {
        bind_address: options.bind_address,
        advertise_address: options.advertise_address,
        tls: tls_files(&options)?,
        front_proxy: options.front_proxy,
        token_auth_file: options.token_auth_file,
        anonymous_auth: options.anonymous_auth,
        authorization_modes: options.authorization_modes,
        service_cidrs: options.service_cidrs,
        request_timeout: options.request_timeout,
        min_request_timeout: options.min_request_timeout,
        storage_prefix: options.storage.prefix,
        stored_as: options.storage.stored_as,
        build: Build::default(),
    })
}

/// Without a certificate the server makes its own, and keeps it where the reference does.
fn tls_files(options: &Options) -> Result<TlsFiles, Failure> {
    let Tls { certificate, client_ca, min_version, cipher_suites } = options.tls.clone();
    let (certificate, key) = match certificate {
        Certificate::Files { certificate, key } => (certificate, key),
        Certificate::SelfSigned(folder) => {
            let kubernetes = options.service_cidrs.first().map(|range| range.address(1));
            let addresses = [Some(options.advertise_address), kubernetes].into_iter().flatten().collect();
            let files = pki::self_signed(&folder, addresses)?;
            tracing::info!(certificate = %files.0.display(), "serving with a self-signed certificate");
            files
        }
    };
    Ok(TlsFiles { certificate, key, client_ca, min_version, cipher_suites })
}
