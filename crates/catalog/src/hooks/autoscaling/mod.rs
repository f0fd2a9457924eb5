//! autoscaling: HorizontalPodAutoscaler, stored as v2, with v1 a view that keeps in annotations what it has no
//! fields for.

mod annotations;
mod behavior;
mod convert;
mod horizontal_pod_autoscaler;
mod metrics;
mod targets;

pub(super) use horizontal_pod_autoscaler::HorizontalPodAutoscaler;
