//! Reads: answered by the watch cache, never by a full read of storage.

mod continue_token;
mod get;
mod list;
mod options;
mod present;
mod select;
mod watch;

pub use options::{ListOptions, Match};
pub use present::{ListMeta, Presenter};
pub use select::Selection;

use super::authorize::Authorized;
use super::reply::{self, Response};
use crate::served::Target;
use crate::server::Server;
use pintle_meta::Status;
use pintle_schema::resource::Verb;
use pintle_watchcache::Error as CacheError;
use std::sync::Arc;

/// Answers a get, list or watch.
///
/// # Errors
/// 4xx for what can't be asked, 404, 410, 504 as the reference does.
pub async fn read(
    server: Arc<Server>,
    request: Authorized,
    target: Target,
    verb: Verb,
) -> Result<Response, Status> {
    let streams = verb != Verb::Get;
    let negotiated = reply::negotiate(&request.received.head, streams)?;
    match verb {
        Verb::Get => get::get(&server, &request, &target, negotiated).await,
        Verb::List => list::list(&server, &request, &target, negotiated).await,
        _ => watch::watch(server, &request, target, negotiated).await,
    }
}

/// The Status for what the cache could not do.
pub fn cache_status(error: CacheError) -> Status {
    match error {
        CacheError::TooLargeRevision { asked, current } => {
            Status::too_large_resource_version(asked.get(), current.get())
        }
        CacheError::Expired { oldest } => {
            Status::expired(format!("too old resource version, the oldest is {oldest}"))
        }
        CacheError::NotReady => Status::too_many_requests("storage is (re)initializing", 1),
        CacheError::Storage(error) => storage_status(&error),
        undecryptable @ CacheError::Undecryptable { .. } => Status::internal(undecryptable.to_string()),
    }
}

/// The Status for what storage could not do.
pub fn storage_status(error: &pintle_storage::Error) -> Status {
    use pintle_storage::Error;
    match error {
        Error::Compacted { .. } => Status::expired("The provided resource version is too old"),
        Error::TooLarge => Status::too_large(error.to_string()),
        Error::NotApplied(_) | Error::Unknown(_) | Error::LeaderLost => {
            tracing::warn!(%error, "storage did not answer");
            Status::unclassified(error.to_string())
        }
        other => Status::unclassified(other.to_string()),
    }
}
