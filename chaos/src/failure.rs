//! Why no verdict was reached.

use std::io;
use std::path::PathBuf;

/// What kept chaos from its work. A broken promise is no failure: it is the report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// A program of the system refused.
    #[error("`{command}`: {why}")]
    Tool {
        /// What was run.
        command: String,
        /// What it said.
        why: String,
    },
    /// There is nothing to run.
    #[error("{} is not there\nhelp: build it with `cargo build --package pintle`, or name another with --binary", .0.display())]
    NoBinary(PathBuf),
    /// A client can't be made.
    #[error("{0}")]
    Client(#[from] pintle_storage::dial::ConfigError),
    /// The cluster did not come back.
    #[error("{what}; the members' logs are in {}", folder.display())]
    Unwell {
        /// What was waited for.
        what: String,
        /// Where everything is.
        folder: PathBuf,
    },
    /// A watch, a read or a lease ended for a reason that it must not end for.
    #[error("what must go on ended: {0}")]
    Ended(pintle_storage::Error),
    /// It happened while something was done to the cluster.
    #[error("{blow}: {source}")]
    Under {
        /// What was done.
        blow: &'static str,
        /// What happened.
        source: Box<Failure>,
    },
    /// There is no such blow.
    #[error("there is no blow {0:?}\nhelp: `cargo chaos --help` names them")]
    NoBlow(String),
    /// Somebody wants it to end.
    #[error("stopped before its time")]
    Stopped,
}

impl Failure {
    /// With what was being done to the cluster.
    pub(crate) fn under(self, blow: &'static str) -> Failure {
        Failure::Under { blow, source: Box::new(self) }
    }
}
