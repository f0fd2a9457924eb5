//! Reads the values of a resource that were not held because nobody had claimed its keys.

use pintle_storage::KeyRange;
use tokio::time::{Instant, sleep};

use super::{Lane, read_range};
use crate::cache::Shared;
use crate::resource::ResourceCache;

/// Reads until it has them all.
pub(crate) async fn fill(lane: &Lane, resource: &ResourceCache, cache: &Shared) {
    let mut pause = cache.timing.retry.0;
    loop {
        match read_range(cache, KeyRange::prefix(resource.prefix.to_vec())).await {
            Ok((revision, read)) => {
                // Only then is every missing value either among these or replaced by a whole one.
                if lane.reached.wait(revision, Instant::now() + cache.timing.lost).await {
                    return resource.fill(read);
                }
            }
            // That storage is away the lane says.
            Err(error) => tracing::debug!(%error, "a claimed resource could not be read yet"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(cache.timing.retry.1);
    }
}
