//! autoscaling: HorizontalPodAutoscaler, stored as v2, with v1 a view that keeps in annotations what it has no
//! fields for.

mod annotations;
mod behavior;
mod convert;
mod horizontal_pod_autoscaler;
mod metrics;
mod targets;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "HorizontalPodAutoscaler" => Some(&horizontal_pod_autoscaler::HorizontalPodAutoscaler),
        _ => None,
    }
}
