//! The kinds' hooks, looked up here and nowhere else: a folder per group, a file per kind, small pure functions.
//!
//! A kind that no group's table names is served by data alone.

mod core;

use pintle_schema::{Hooks, NoHooks};

/// The hooks of a kind; those that do nothing for kinds that are served by data alone.
pub fn of(group: &str, kind: &str) -> &'static dyn Hooks {
    let found = match group {
        "" => core::of(kind),
        _ => None,
    };
    found.unwrap_or(&NoHooks)
}
