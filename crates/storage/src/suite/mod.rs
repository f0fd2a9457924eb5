//! The tests that every implementation of [`Storage`](crate::Storage) passes: in memory, one node, three nodes,
//! etcd itself. They know the trait and nothing else; each case gets a fresh, empty store as its [`Subject`].
//!
//! [`for_each_storage_case!`](crate::for_each_storage_case) is the one list of cases. An implementation either
//! turns it into tests of its own with a macro (`tests/memory.rs` of this crate shows how), or calls
//! [`run_all`]. Cases fail by panicking.

mod cases;
mod steps;
mod subject;
mod watching;

pub use cases::{CASES, Case};
pub use subject::{Running, Subject};

use std::sync::Arc;

/// Runs the case called `name` (`group::case`) on a new store.
///
/// # Panics
/// When the case fails, or there is none of that name.
pub async fn run<F>(name: &str, new_store: impl Fn() -> F)
where
    F: Future<Output = Arc<dyn Subject>>,
{
    let case = CASES.iter().find(|case| case.name == name);
    let case = case.unwrap_or_else(|| panic!("no storage case is called {name}"));
    let subject = new_store().await;
    (case.run)(&*subject).await;
}

/// Runs every case, one after the other, each on a new store. `starting` is told each name before it runs.
///
/// # Panics
/// When a case fails.
pub async fn run_all<F>(new_store: impl Fn() -> F, starting: impl Fn(&str))
where
    F: Future<Output = Arc<dyn Subject>>,
{
    for case in CASES {
        starting(case.name);
        let subject = new_store().await;
        (case.run)(&*subject).await;
    }
}
