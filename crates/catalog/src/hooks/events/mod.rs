//! events.k8s.io: the same events as in core, under other names.

mod event;

pub(super) use event::CoreEvent;
use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "Event" => Some(&event::Event),
        _ => None,
    }
}
