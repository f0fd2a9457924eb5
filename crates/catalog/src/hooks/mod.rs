//! The kinds' hooks, looked up here and nowhere else.

use pintle_schema::{Hooks, NoHooks};

/// The hooks of a kind; those that do nothing for kinds that are served by data alone.
pub fn of(_group: &str, _kind: &str) -> &'static dyn Hooks {
    &NoHooks
}
