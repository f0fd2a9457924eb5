//! Why nothing was measured.

use std::io;
use std::path::PathBuf;

/// What kept a measurement from its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// There is nothing to run.
    #[error("{} is not there\nhelp: cargo build --release -p pintle, or name another with --pintle", .0.display())]
    NoProgram(PathBuf),
    /// The server said nothing.
    #[error("{0}")]
    Call(#[from] hyper::Error),
    /// No connection is made.
    #[error("{0}")]
    Tls(#[from] rustls::Error),
    /// Keys and certificates can't be read.
    #[error("{0}")]
    Pki(#[from] rustls::pki_types::pem::Error),
    /// A request that can't be made.
    #[error("{0}")]
    Request(#[from] http::Error),
    /// The server did something else than was asked.
    #[error("{0}")]
    Server(String),
}
