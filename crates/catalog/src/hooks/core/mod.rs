//! Hooks of the core group.

mod config_map;

use pintle_schema::Hooks;

/// The hooks of a kind of this group that has any.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    Some(match kind {
        "ConfigMap" => &config_map::ConfigMap,
        "Event" => &super::events::CoreEvent,
        _ => return None,
    })
}
