//! The one place where a frontend is started; `dev` and `apiserver` both end here.

use crate::failure::Failure;
use crate::options::Options;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs a server's work on a runtime of its own.
///
/// # Errors
/// That of the work, or the system's when it gives no threads.
pub(crate) fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|source| Failure::System { what: "can't start threads", source })?.block_on(work)
}

/// Serves until `stop`; `ready` hears the address once connections are taken.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) async fn serve(
    options: Options,
    ready: impl FnOnce(SocketAddr),
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = TcpListener::bind(options.bind_address).await?;
    ready(listener.local_addr()?);
    stop.cancelled().await;
    Ok(())
}
