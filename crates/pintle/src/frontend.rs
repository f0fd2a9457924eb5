//! The one place where a frontend is started; `dev` and `apiserver` both end here.

use crate::backend::Backend;
use crate::failure::Failure;
use crate::options::{Certificate, Options, Place, Tls};
use crate::pki;
use crate::runtime;
use pintle_apiserver::config::{Build, Config, TlsFiles};
use pintle_apiserver::{StartError, Stopping};
use pintle_meta::value::STACK_SIZE;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::timeout;

/// How long requests may still take once storage is lost, and storage to be left in order after that.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs a server's work on a runtime of its own.
///
/// # Errors
/// That of the work, or the system's when it gives no threads.
pub(crate) fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let mut threads = Builder::new_multi_thread();
    // A watch that has written wakes its connection. In its turn, not at once, that finds what the others have written, too.
    runtime::block_on(threads.thread_stack_size(STACK_SIZE).disable_lifo_slot(), work)
}

/// Serves until told to stop; `ready` hears the address once everything is answered. `port_flag` is how another port
/// is chosen.
///
/// # Errors
/// When a file can't be used, the address can't be listened on, or storage in this process can't go on.
pub(crate) async fn serve(
    options: Options,
    port_flag: &str,
    ready: impl FnOnce(SocketAddr),
    stopping: Stopping,
) -> Result<(), Failure> {
    let (address, place) = (options.bind_address, options.storage.place.clone());
    let config = config(options)?;
    let backend = Backend::open(&place).await?;
    let served = serve_on(&backend, config, ready, stopping).await;
    match served {
        Err(Lost(failure)) => {
            // Nothing is written down any more, so this is politeness, and must not keep the process from ending.
            let _ = timeout(LAST_WORDS, backend.close()).await;
            Err(failure)
        }
        Ok(served) => {
            // Only now: requests that are still being answered need it.
            backend.close().await;
            served.map_err(|error| match error {
                StartError::Listen(error) => Failure::listen(address, &error, port_flag),
                other => Failure::Start(other),
            })
        }
    }
}

/// Storage in this process has ended by itself.
struct Lost(Failure);

/// A frontend on this storage, until it is told to stop or storage ends.
async fn serve_on(
    backend: &Backend,
    config: Config,
    ready: impl FnOnce(SocketAddr),
    stopping: Stopping,
) -> Result<Result<(), StartError>, Lost> {
    let mut serving = pin!(pintle_apiserver::run(config, backend.storage(), ready, stopping.clone()));
    tokio::select! {
        served = &mut serving => Ok(served),
        failure = backend.failure() => {
            stopping.announced.cancel();
            stopping.begun.cancel();
            let _ = timeout(LAST_WORDS, serving).await;
            Err(Lost(failure))
        }
    }
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
        connections: options.connections,
        watch_history_bytes: options.watch_history_bytes,
        storage_prefix: options.storage.prefix,
        stored_as: options.storage.stored_as,
        storage_in_process: !matches!(options.storage.place, Place::Etcd(_)),
        compaction_interval: options.storage.compaction_interval,
        storage_health_timeout: options.storage.health_timeout,
        storage_ready_timeout: options.storage.ready_timeout,
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
