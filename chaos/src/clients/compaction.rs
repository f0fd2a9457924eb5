//! Compaction beside the load: what every watcher that keeps up has been told is forgotten.

use pintle_storage::etcd::Etcd;
use pintle_storage::{Error, Revision, Storage};

/// Revisions that are kept behind the slowest watcher that keeps up.
const KEPT: u64 = 500;
/// Fewer revisions than this are not worth it.
const WORTH: u64 = 1500;

/// Compacts up to a little behind `told`, if there is something to forget since `last`. Answers what it is compacted to
/// now, as far as is known.
pub(crate) async fn compact(storage: &Etcd, told: Revision, last: Revision) -> Result<Revision, Error> {
    let to = Revision::new(told.get().saturating_sub(KEPT));
    if to.get() < last.get() + WORTH {
        return Ok(last);
    }
    match storage.compact(to).await {
        // The second of two tries, the first of which was of unknown fate.
        Ok(_) | Err(Error::Compacted { .. }) => Ok(to),
        Err(error) if error.may_retry() || error.may_have_applied() => Ok(last),
        Err(Error::NoSpace) => Ok(last),
        Err(error) => Err(error),
    }
}
