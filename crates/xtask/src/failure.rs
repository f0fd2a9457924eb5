//! Why a developer command failed, in words that say what to do.

use std::path::{Path, PathBuf};

/// A failure for the terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file that can't be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A program that can't be started or says no.
    #[error("`{program}` {reason}")]
    Program {
        /// Its command line.
        program: String,
        /// How it ended.
        reason: String,
    },
    /// A stage of `cargo verify`.
    #[error("stage {stage} failed: {source}\nto do: {advice}")]
    Stage {
        /// Its name.
        stage: &'static str,
        /// What to do about it.
        advice: &'static str,
        /// What it said.
        source: Box<Failure>,
    },
    /// What was found is not what was expected.
    #[error("{0}")]
    Found(String),
}

impl Failure {
    /// About a file.
    pub(crate) fn file(path: &Path, reason: impl ToString) -> Failure {
        Failure::File { path: path.to_owned(), reason: reason.to_string() }
    }
}
