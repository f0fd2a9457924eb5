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
    /// The server said no, or nothing.
    #[error("{0}")]
    Call(#[from] kube::Error),
    /// A request that can't be made.
    #[error("{0}")]
    Request(#[from] http::Error),
    /// The server's kubeconfig is of no use.
    #[error("{0}")]
    Kubeconfig(#[from] kube::config::KubeconfigError),
    /// The server did something else than was asked.
    #[error("{0}")]
    Server(String),
}
