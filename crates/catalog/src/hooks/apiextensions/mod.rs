//! apiextensions.k8s.io: CustomResourceDefinition, stored as v1beta1.

mod convert;
mod custom_resource_definition;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "CustomResourceDefinition" => Some(&custom_resource_definition::CustomResourceDefinition),
        _ => None,
    }
}
