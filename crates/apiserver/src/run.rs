//! A frontend from start to stop: files read, cache loaded, port opened, everything let go in order at the end.

use crate::background;
use crate::config::{AuthorizationMode, Config};
use crate::request::authenticate::{Authentication, TokenFile, TokenFileError};
use crate::request::authorize::{AlwaysAllow, AlwaysDeny, Authorization, Authorizer};
use crate::request::receive::{Listener, TlsConfig, TlsError, serve};
use crate::served::{Documents, Served};
use crate::server::{Parts, Server};
use crate::sources::Sources;
use crate::stopping::Stopping;
use pintle_catalog::catalog;
use pintle_meta::Str;
use pintle_schema::protobuf::numbers;
use pintle_schema::resource::Storage as ResourceStorage;
use pintle_storage::Storage;
use pintle_watchcache::{Config as CacheConfig, IndexedField, ResourceConfig, WatchCache};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often a start looks whether everything is there.
const READY_POLL: Duration = Duration::from_millis(5);

/// Keys that one read of storage in this process may bring.
const PAGE_IN_PROCESS: u64 = 1_000_000;

/// Why a frontend can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or the address is not this machine's.
    #[error("{0}")]
    Listen(#[from] std::io::Error),
    /// Certificates or keys can't be used.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The file of tokens can't be used.
    #[error("{0}")]
    Tokens(#[from] TokenFileError),
}

/// Serves the API on `storage` until it is told to stop. Calls `ready` with its address once it answers everything: the cache
/// is loaded and the objects that every cluster has are there.
///
/// # Errors
/// [`StartError`] before anything is served.
pub async fn run(
    config: Config,
    storage: Arc<dyn Storage>,
    ready: impl FnOnce(SocketAddr),
    stopping: Stopping,
) -> Result<(), StartError> {
    let tls = TlsConfig::load(&config.tls)?;
    let tokens = config.token_auth_file.as_deref().map(TokenFile::load).transpose()?.unwrap_or_default();
    let listener = Listener::bind(config.bind_address).await?;
    tracing::debug!(address = %listener.address, "listening");
    let tasks = TaskTracker::new();
    // The cache outlives the port: requests that are still being answered read from it.
    let halt = CancellationToken::new();
    let cache = WatchCache::start(Arc::clone(&storage), cache_config(&config), &tasks, halt.clone());
    let server = Arc::new(Server::new(Parts {
        authentication: Authentication { tokens, anonymous: config.anonymous_auth },
        authorization: authorization(&config.authorization_modes),
        served: Served::new(catalog().resources(), catalog().groups(), Documents::new(Sources.now())),
        address: listener.address,
        stopping: stopping.clone(),
        config,
        storage,
        cache,
    }));
    background::start(&server, &tasks, &halt);
    let address = listener.address;
    let serving = serve(Arc::clone(&server), listener, tls, stopping.begun.clone());
    let watching = async {
        tokio::select! {
            () = started(&server) => ready(address),
            () = stopping.begun.cancelled() => {}
        }
    };
    tokio::join!(serving, watching);
    halt.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(())
}

async fn started(server: &Server) {
    while !(server.is_bootstrapped() && server.storage_is_ready()) {
        tokio::time::sleep(READY_POLL).await;
    }
}

fn cache_config(config: &Config) -> CacheConfig {
    let stored = catalog().resources().iter().filter_map(|resource| resource.storage.as_ref());
    let defaults = CacheConfig::default();
    CacheConfig {
        // Storage in this process reads each block of its disk once for a whole page, and hands values over as they are.
        page_size: if config.storage_in_process { PAGE_IN_PROCESS } else { defaults.page_size },
        storage_prefix: config.storage_prefix.clone(),
        resources: stored.map(cached).collect(),
        values_own_their_buffers: config.storage_in_process,
        ring_bytes: config.watch_history_bytes,
        ..defaults
    }
}

fn cached(storage: &ResourceStorage) -> ResourceConfig {
    let indexed = storage.indexed.iter().map(|member| {
        let json: Vec<Str> = member.split('.').map(Str::from).collect();
        let protobuf = numbers(&storage.schema, &json).unwrap_or_default();
        IndexedField { name: member.clone(), json, protobuf }
    });
    ResourceConfig { fields: indexed.collect(), ..ResourceConfig::new(storage.prefix.as_str()) }
}

/// Modes whose rules are not there yet say nothing, so nobody gets in by them.
fn authorization(modes: &[AuthorizationMode]) -> Authorization {
    let authorizer = |mode: &AuthorizationMode| -> Box<dyn Authorizer> {
        match mode {
            AuthorizationMode::AlwaysAllow => Box::new(AlwaysAllow),
            _ => Box::new(AlwaysDeny),
        }
    };
    Authorization(modes.iter().map(authorizer).collect())
}
