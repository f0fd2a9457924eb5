//! policy.

mod pod_disruption_budget;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "PodDisruptionBudget" => Some(&pod_disruption_budget::PodDisruptionBudget),
        _ => None,
    }
}
