//! kube-apiserver's flags: which there are, how they are written, what was given.
//!
//! ```text
//! data/flags.facts --facts--> Flags --spelling--> plain words --command--> clap --given--> Given
//!                                                     `fate` says what becomes of each flag today
//! ```
//! Knows pflag's and Go's syntax and nothing about what a flag's value means; `options/` does.

mod command;
mod error;
mod facts;
pub(crate) mod fate;
mod given;
mod kind;
mod spelling;
pub(crate) mod value;

pub(crate) use command::command;
pub(crate) use error::FlagError;
pub(crate) use facts::Flags;
pub(crate) use given::Given;
pub(crate) use spelling::words;
