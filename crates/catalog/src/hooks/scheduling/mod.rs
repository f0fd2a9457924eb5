//! scheduling.k8s.io.

mod pod_group;
mod priority_class;

pub(super) use pod_group::PodGroup;
pub(super) use priority_class::PriorityClass;
