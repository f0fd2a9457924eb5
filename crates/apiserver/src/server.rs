//! `Server`: what all requests share. Put together once, then only read.

use crate::config::Config;
use crate::request::authenticate::Authentication;
use crate::request::authorize::Authorization;
use crate::served::Served;
use crate::sources::Sources;
use parking_lot::RwLock;
use pintle_storage::Storage;
use pintle_watchcache::WatchCache;
use std::sync::Arc;

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
    served: RwLock<Arc<Served>>,
}

impl Server {
    /// Puts a frontend together.
    pub fn new(
        config: Config,
        authentication: Authentication,
        authorization: Authorization,
        storage: Arc<dyn Storage>,
        cache: Arc<WatchCache>,
        served: Served,
    ) -> Server {
        let served = RwLock::new(Arc::new(served));
        Server { config, sources: Sources, authentication, authorization, storage, cache, served }
    }

    /// What is served at this moment. A request asks once and keeps the answer.
    pub fn served(&self) -> Arc<Served> {
        Arc::clone(&self.served.read())
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
