//! A connection to one member, made when it is needed and made again when it has ended.

use crate::raft::PeerError;
use http::Uri;
use parking_lot::Mutex;
use pintle_storage::dial::{Address, TlsSource, Transport, dial};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// A line to a member at any of its addresses.
#[derive(Debug)]
pub(super) struct Line {
    addresses: Vec<Address>,
    tls: Option<Arc<TlsSource>>,
    open: tokio::sync::Mutex<Option<Open>>,
    driving: Mutex<JoinSet<()>>,
}

#[derive(Clone)]
struct Open {
    transport: Transport,
    origin: Uri,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Line {
    pub(super) fn new(addresses: Vec<Address>, tls: Option<Arc<TlsSource>>) -> Line {
        Line { addresses, tls, open: tokio::sync::Mutex::default(), driving: Mutex::default() }
    }

    /// The connection. Who asks while it is being made waits for the same one.
    ///
    /// # Errors
    /// [`PeerError::Unreachable`].
    pub(super) async fn transport(&self) -> Result<(Transport, Uri), PeerError> {
        let mut open = self.open.lock().await;
        if let Some(open) = open.as_ref().filter(|open| !open.transport.is_closed()) {
            return Ok((open.transport.clone(), open.origin.clone()));
        }
        *open = None;
        let made = self.connect().await?;
        *open = Some(made.clone());
        Ok((made.transport, made.origin))
    }

    async fn connect(&self) -> Result<Open, PeerError> {
        let mut why = "the member has no address".to_owned();
        for address in &self.addresses {
            match timeout(CONNECT_MAX, dial(address, self.tls.as_ref())).await {
                Ok(Ok((transport, driver))) => {
                    self.drive(driver);
                    return Ok(Open { transport, origin: address.origin.clone() });
                }
                Ok(Err(error)) => why = format!("{address}: {error}"),
                Err(_) => why = format!("{address}: no connection in time"),
            }
        }
        Err(PeerError::Unreachable(why))
    }

    fn drive(&self, driver: pintle_storage::dial::Driver) {
        let mut driving = self.driving.lock();
        while driving.try_join_next().is_some() {}
        driving.spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a connection to another member ended");
            }
        });
    }
}
