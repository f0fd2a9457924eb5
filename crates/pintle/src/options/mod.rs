//! What `pintle apiserver` was asked to do: typed, checked, complete.
//!
//! `Given` (text by flag) comes in; `Options` goes on to the frontend. All problems of a command line are found
//! at once, each named with its flag.

mod admission;
mod authorization;
mod network;
mod read;
mod storage;
mod tls;
mod types;

pub(crate) use read::read;
pub(crate) use types::*;

/// What is wrong with a command line whose every flag is well-formed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Problems(pub(crate) Vec<String>);

impl Problems {
    /// One more.
    pub(crate) fn add(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// The value, or one more problem and the value's default.
    pub(crate) fn take<T: Default>(&mut self, found: Result<T, String>) -> T {
        found.unwrap_or_else(|problem| {
            self.add(problem);
            T::default()
        })
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\nerror: "))
    }
}
