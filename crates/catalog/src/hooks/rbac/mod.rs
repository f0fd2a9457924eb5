//! rbac.authorization.k8s.io.

mod binding;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "ClusterRoleBinding" | "RoleBinding" => Some(&binding::Binding),
        _ => None,
    }
}
