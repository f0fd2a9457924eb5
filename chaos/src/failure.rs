//! Why no verdict was reached.

use std::io;
use std::path::PathBuf;

/// What kept chaos from its work. A broken promise is no failure: it is the report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// There is nothing to run.
    #[error("{} is not there\nhelp: build it with `cargo build --package pintle`, or name another with --binary", .0.display())]
    NoBinary(PathBuf),
    /// A client can't be made.
    #[error("{0}")]
    Client(#[from] pintle_storage::dial::ConfigError),
    /// The cluster did not come back.
    #[error("{what}; the members' logs and files are in {}", folder.display())]
    Unwell {
        /// What was waited for.
        what: String,
        /// Where everything is.
        folder: PathBuf,
    },
    /// The watch ended for a reason that it must not end for.
    #[error("the watch ended: {0}")]
    Watch(pintle_storage::Error),
}
