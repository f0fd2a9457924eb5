//! scheduling.k8s.io.

mod pod_group;
mod priority_class;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "PodGroup" => Some(&pod_group::PodGroup),
        "PriorityClass" => Some(&priority_class::PriorityClass),
        _ => None,
    }
}
