//! flowcontrol.apiserver.k8s.io.

mod flow_schema;
mod priority_level_configuration;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "FlowSchema" => Some(&flow_schema::FlowSchema),
        "PriorityLevelConfiguration" => Some(&priority_level_configuration::PriorityLevelConfiguration),
        _ => None,
    }
}
