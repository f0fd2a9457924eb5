//! The two moments of an orderly end, as whoever starts a frontend tells them.

use tokio_util::sync::CancellationToken;

/// How a frontend learns that it is to stop.
#[derive(Clone, Debug, Default)]
pub struct Stopping {
    /// Cancelled when the end is announced: `/readyz` fails, so that clients go elsewhere, and all else goes on.
    pub announced: CancellationToken,
    /// Cancelled when it comes: no more connections, watches end, open requests finish.
    pub begun: CancellationToken,
}
