//! Which resource a key belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::resource::ResourceCache;

/// The resources of a lane by what their keys begin with.
#[derive(Debug)]
pub(crate) struct Routes {
    /// The length of the storage prefix.
    base: usize,
    resources: HashMap<Box<[u8]>, Arc<ResourceCache>>,
    /// Everything else.
    rest: Arc<ResourceCache>,
}

impl Routes {
    pub(crate) fn new(base: usize, rest: Arc<ResourceCache>) -> Routes {
        Routes { base, resources: HashMap::new(), rest }
    }

    /// The resource whose prefix (one or two segments; two win) the key has, or else the rest.
    pub(crate) fn of(&self, key: &[u8]) -> &Arc<ResourceCache> {
        let mut slashes = (self.base..key.len()).filter(|&at| key[at] == b'/');
        let one = slashes.next().and_then(|at| self.resources.get(&key[..=at]));
        let two = slashes.next().and_then(|at| self.resources.get(&key[..=at]));
        two.or(one).unwrap_or(&self.rest)
    }

    pub(crate) fn get(&self, prefix: &[u8]) -> Option<&Arc<ResourceCache>> {
        self.resources.get(prefix)
    }

    pub(crate) fn add(&mut self, resource: Arc<ResourceCache>) {
        self.resources.insert(resource.prefix.clone(), resource);
    }

    pub(crate) fn rest(&self) -> &Arc<ResourceCache> {
        &self.rest
    }

    /// Every resource, the rest last.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Arc<ResourceCache>> {
        self.resources.values().chain([&self.rest])
    }
}
