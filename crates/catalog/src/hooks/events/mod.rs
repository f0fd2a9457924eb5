//! events.k8s.io: the same events as in core, under other names.

pub(super) mod event;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "Event" => Some(&event::Event),
        _ => None,
    }
}
