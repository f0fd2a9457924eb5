//! `Server`: what all requests share. Put together once, then only read.

use crate::config::Config;
use crate::request::authenticate::Authentication;
use crate::request::authorize::Authorization;
use crate::served::Served;
use crate::sources::Sources;
use crate::stopping::Stopping;
use parking_lot::RwLock;
use pintle_storage::Storage;
use pintle_watchcache::WatchCache;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One frontend.
pub struct Server {
    /// What was set.
    pub config: Config,
    /// Time, ids and chance.
    pub sources: Sources,
    /// Whose credentials count.
    pub authentication: Authentication,
    /// Who may do what.
    pub authorization: Authorization,
    /// The tier that keeps everything.
    pub storage: Arc<dyn Storage>,
    /// The shared copy of it.
    pub cache: Arc<WatchCache>,
    /// Where it listens; the port is real even when 0 was asked for.
    pub address: SocketAddr,
    served: RwLock<Arc<Served>>,
    storage_is_healthy: AtomicBool,
    storage_is_ready: AtomicBool,
    bootstrapped: AtomicBool,
    /// Whether the server is on its way out.
    pub stopping: Stopping,
}

/// The parts of a frontend.
pub struct Parts {
    /// What was set.
    pub config: Config,
    /// Whose credentials count.
    pub authentication: Authentication,
    /// Who may do what.
    pub authorization: Authorization,
    /// The tier that keeps everything.
    pub storage: Arc<dyn Storage>,
    /// The shared copy of it.
    pub cache: Arc<WatchCache>,
    /// What is served at first.
    pub served: Served,
    /// Where it listens.
    pub address: SocketAddr,
    /// When it is to stop.
    pub stopping: Stopping,
}

impl Server {
    /// Puts a frontend together.
    pub fn new(parts: Parts) -> Server {
        let Parts { config, authentication, authorization, storage, cache, served, address, stopping } =
            parts;
        Server {
            config,
            sources: Sources,
            authentication,
            authorization,
            storage,
            cache,
            address,
            served: RwLock::new(Arc::new(served)),
            storage_is_healthy: AtomicBool::new(false),
            storage_is_ready: AtomicBool::new(false),
            bootstrapped: AtomicBool::new(false),
            stopping,
        }
    }

    /// What is served at this moment. A request asks once and keeps the answer.
    pub fn served(&self) -> Arc<Served> {
        Arc::clone(&self.served.read())
    }

    /// The address that clients are told.
    pub fn advertised_address(&self) -> SocketAddr {
        SocketAddr::new(self.config.advertise_address, self.address.port())
    }

    /// Whether storage answered as fast as it does when it is well, when last looked at.
    pub fn storage_is_healthy(&self) -> bool {
        self.storage_is_healthy.load(Ordering::Relaxed)
    }

    /// Whether storage answered as fast as requests need it to, when last looked at.
    pub fn storage_is_ready(&self) -> bool {
        self.storage_is_ready.load(Ordering::Relaxed)
    }

    /// Notes how storage answers.
    pub(crate) fn set_storage_answers(&self, is_healthy: bool, is_ready: bool) {
        self.storage_is_healthy.store(is_healthy, Ordering::Relaxed);
        self.storage_is_ready.store(is_ready, Ordering::Relaxed);
    }

    /// Whether the objects that every cluster has are there.
    pub fn is_bootstrapped(&self) -> bool {
        self.bootstrapped.load(Ordering::Relaxed)
    }

    /// Notes that the objects that every cluster has are there.
    pub(crate) fn set_bootstrapped(&self) {
        self.bootstrapped.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
