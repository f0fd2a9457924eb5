//! Why nothing was measured.

use std::io;
use std::path::PathBuf;

/// What kept the comparison from its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// There is nothing to run.
    #[error("{} is not there\nhelp: {help}", program.display())]
    NoProgram {
        /// What was looked for.
        program: PathBuf,
        /// How to get it.
        help: &'static str,
    },
    /// A server said no, or nothing.
    #[error("{0}")]
    Call(#[from] tonic::Status),
    /// A server can't be reached.
    #[error("{0}")]
    Connection(#[from] tonic::transport::Error),
    /// A server did something else than was asked.
    #[error("{0}")]
    Server(String),
}
