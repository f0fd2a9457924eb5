//! The signal to stop, or the word of a parent. The first one starts an orderly end; a second one ends the process at once.

use crate::child;
use crate::failure::Failure;
use pintle_apiserver::Stopping;
use std::io;
use std::time::Duration;
use tokio::signal;
use tokio::task::JoinSet;

/// Listens for signals as long as it lives.
#[derive(Debug)]
pub(crate) struct Stop {
    stopping: Stopping,
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
        let stopping = Stopping::default();
        let told = stopping.clone();
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            tokio::select! {
                () = signals.next() => tracing::info!("stopping; a second signal ends at once"),
                () = child::abandoned() => tracing::info!("stopping"),
            }
            told.announced.cancel();
            tokio::select! {
                () = tokio::time::sleep(delay) => told.begun.cancel(),
                () = signals.next() => std::process::exit(IMPATIENT),
            }
            signals.next().await;
            std::process::exit(IMPATIENT);
        });
        Ok(Stop { stopping, _listening: listening })
    }

    /// Cancelled as the end is announced, and as it comes.
    pub(crate) fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }
}

/// The signals that ask for an end.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: signal::unix::Signal,
    terminate: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn new() -> io::Result<Signals> {
        use signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Returns when one came.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask for an end.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// None.
    pub(crate) fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    /// Returns when one came.
    pub(crate) async fn next(&mut self) {
        // Without a way to ask for a stop there is none; the process can still be ended from outside.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
