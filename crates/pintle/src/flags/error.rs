//! What can be wrong with one flag, each naming the flag, what was written and what was expected.

use pintle_meta::field::go_quote;

/// A command line that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FlagError {
    /// No such flag.
    #[error("unknown flag: --{0}")]
    Unknown(String),
    /// One dash where only `-v` and `-h` exist.
    #[error("unknown shorthand flag: {letter:?} in {word}; long flags take two dashes")]
    UnknownShorthand {
        /// The first letter.
        letter: char,
        /// All of the word.
        word: String,
    },
    /// The command line ends where a value should be.
    #[error("flag needs an argument: {0}")]
    NoValue(String),
    /// `--=x`, `---x`.
    #[error("bad flag syntax: {0}")]
    Syntax(String),
    /// A word that belongs to no flag.
    #[error("the API server takes flags only, and {} is none", go_quote(.0))]
    Argument(String),
    /// A value of the wrong form.
    #[error("invalid argument {} for \"--{flag}\" flag: expected {expected}", go_quote(.value))]
    Value {
        /// Which flag.
        flag: &'static str,
        /// What was written.
        value: String,
        /// What could have been.
        expected: &'static str,
    },
}
