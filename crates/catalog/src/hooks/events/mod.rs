//! events.k8s.io: the same events as in core, under other names.

mod event;

pub(super) use event::Event;
