//! Why a read or a watch was refused, as one closed list. No status codes: whoever answers a client converts once.

use std::sync::Arc;

use pintle_storage::Revision;

/// The result of every question to the cache.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a read or a watch was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The revision asked for has not been reached, also after waiting for it.
    #[error("Too large resource version: {asked}, current: {current}")]
    TooLargeRevision {
        /// What was asked for.
        asked: Revision,
        /// How far the cache is.
        current: Revision,
    },
    /// What was asked for is no longer known.
    #[error("too old resource version, the oldest is {oldest}")]
    Expired {
        /// The lowest revision after which a watch can start or at which a list can be read.
        oldest: Revision,
    },
    /// The cache is still loading, or has lost its stream of changes for so long that it cannot say what is new.
    #[error("the watch cache is not ready")]
    NotReady,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] pintle_storage::Error),
    /// An object in the answer is there but cannot be decrypted.
    #[error("unable to decrypt the value of {key}: {reason}")]
    Undecryptable {
        /// Its key.
        key: Box<str>,
        /// What the layer that decrypts said.
        reason: Arc<str>,
    },
}
