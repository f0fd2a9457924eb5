//! What a case is run on.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::Storage;

/// Something under way in a test.
pub type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A store under test, and its clock.
pub trait Subject: Send + Sync {
    /// The store. The same one each time.
    fn storage(&self) -> Arc<dyn Storage>;

    /// Lets `time` pass for the store: really, or by moving a clock that stands still otherwise. What the store
    /// does by its clock needs not be done yet when this returns.
    fn advance(&self, time: Duration) -> Running<'_>;
}
