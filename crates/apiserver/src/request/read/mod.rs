//! Reads: answered by the watch cache, never by a full read of storage.

mod clock;
mod continue_token;
mod events;
mod get;
mod list;
mod listing;
mod options;
mod present;
mod select;
mod watch;

pub use listing::{Listed, Listing};
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
    let head = &request.received.head;
    let negotiated = match verb {
        Verb::Watch => reply::negotiate_stream(head, target.has_protobuf())?,
        _ => reply::negotiate(head, verb == Verb::List, target.has_protobuf())?,
    };
    match verb {
        Verb::Get => get::get(&server, &request, &target, negotiated).await,
        Verb::List => list::list(&server, &request, &target, negotiated).await,
        _ => watch::watch(server, &request, target, negotiated).await,
    }
}

/// Refuses a name that no key can have; nothing is stored under it.
///
/// # Errors
/// 400.
pub fn check_name(name: &str) -> Result<(), Status> {
    let problems = pintle_meta::names::path_segment_name(name);
    if problems.is_empty() {
        return Ok(());
    }
    let name = pintle_meta::field::go_quote(name);
    Err(Status::bad_request(format!("Name parameter invalid: {name}: {}", problems.join(";"))))
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
        // The reference has no type for it, so clients see a bare 500.
        Error::TooLarge => Status::unclassified(error.to_string()),
        Error::NotApplied(_) | Error::Unknown(_) | Error::LeaderLost => {
            // The client is told, and the background says once that storage is away: not for each request.
            tracing::debug!(%error, "storage did not answer");
            Status::unclassified(error.to_string())
        }
        other => Status::unclassified(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_key_can_have_are_refused() {
        assert_eq!(check_name("a b"), Ok(()));
        for (name, want) in [
            ("..", "Name parameter invalid: \"..\": may not be '..'"),
            ("a%/", "Name parameter invalid: \"a%/\": may not contain '/';may not contain '%'"),
        ] {
            assert_eq!(check_name(name).unwrap_err().message, want);
        }
    }
}
