//! How the rings share their bytes, and the roots theirs: as long as there is room everybody keeps everything; then
//! whoever has the most gives, so that one busy resource does not take the past of a quiet one.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::resource::ResourceCache;

/// The least part of the bytes that is freed at a time, so that a full budget does not cost every change a search.
const STEP: usize = 128;

#[derive(Debug)]
pub(crate) struct Budget {
    resources: RwLock<Vec<Arc<ResourceCache>>>,
    ring_bytes: usize,
    root_bytes: usize,
}

impl Budget {
    pub(crate) fn new(ring_bytes: usize, root_bytes: usize) -> Budget {
        Budget { resources: RwLock::default(), ring_bytes, root_bytes }
    }

    pub(crate) fn add(&self, resource: Arc<ResourceCache>) {
        self.resources.write().push(resource);
    }

    pub(crate) fn each(&self, mut look: impl FnMut(&ResourceCache)) {
        self.resources.read().iter().for_each(|resource| look(resource));
    }

    /// To be called after something was published.
    pub(crate) fn keep(&self) {
        self.keep_to(self.ring_bytes, ResourceCache::ring_bytes, ResourceCache::shrink_ring);
        self.keep_to(self.root_bytes, ResourceCache::root_bytes, ResourceCache::shrink_roots);
    }

    fn keep_to(&self, limit: usize, bytes: fn(&ResourceCache) -> usize, shrink: fn(&ResourceCache, usize)) {
        let resources = self.resources.read();
        loop {
            let (mut sum, mut largest) = (0, None);
            for resource in resources.iter() {
                let bytes = bytes(resource);
                sum += bytes;
                if largest.is_none_or(|(most, _)| bytes > most) {
                    largest = Some((bytes, resource));
                }
            }
            match largest {
                Some((most, largest)) if sum > limit && most > 0 => {
                    shrink(largest, (sum - limit).max(limit / STEP).min(most));
                }
                _ => return,
            }
        }
    }
}
