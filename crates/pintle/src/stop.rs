//! The signal to stop. The first one starts an orderly end; a second one ends the process at once.

use crate::failure::Failure;
use std::io;
use std::time::Duration;
use tokio::signal;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Listens for signals as long as it lives.
#[derive(Debug)]
pub(crate) struct Stop {
    token: CancellationToken,
    _listening: JoinSet<()>,
}

/// Exit status after a second signal, as kube-apiserver's.
const IMPATIENT: i32 = 1;

impl Stop {
    /// Begins to listen; `delay` passes between the first signal and the end of serving.
    ///
    /// # Errors
    /// When the system gives no signals.
    pub(crate) fn listen(delay: Duration) -> Result<Stop, Failure> {
        let system = |source| Failure::System { what: "can't wait for signals", source };
        let mut signals = Signals::new().map_err(system)?;
        let token = CancellationToken::new();
        let stopped = token.clone();
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            signals.next().await;
            tracing::info!("stopping; a second signal ends at once");
            tokio::select! {
                () = tokio::time::sleep(delay) => stopped.cancel(),
                () = signals.next() => std::process::exit(IMPATIENT),
            }
            signals.next().await;
            std::process::exit(IMPATIENT);
        });
        Ok(Stop { token, _listening: listening })
    }

    /// Cancelled when it is time to end.
    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: signal::unix::Signal,
    terminate: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) {
        // Without a way to ask for a stop there is none; the process can still be ended from outside.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
