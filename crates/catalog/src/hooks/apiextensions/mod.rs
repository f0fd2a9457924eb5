//! apiextensions.k8s.io: CustomResourceDefinition, stored as v1beta1.

mod convert;
mod custom_resource_definition;

pub(super) use custom_resource_definition::CustomResourceDefinition;
