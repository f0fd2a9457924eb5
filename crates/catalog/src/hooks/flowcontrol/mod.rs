//! flowcontrol.apiserver.k8s.io.

mod flow_schema;
mod priority_level_configuration;

pub(super) use flow_schema::FlowSchema;
pub(super) use priority_level_configuration::PriorityLevelConfiguration;
