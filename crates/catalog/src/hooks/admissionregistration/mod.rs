//! admissionregistration.k8s.io.

mod policy;
mod policy_binding;

use pintle_schema::Hooks;

/// The hooks of a kind of this group.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    match kind {
        "MutatingAdmissionPolicy" => Some(&policy::Policy),
        "MutatingAdmissionPolicyBinding" => Some(&policy_binding::PolicyBinding),
        "ValidatingAdmissionPolicy" => Some(&policy::Policy),
        "ValidatingAdmissionPolicyBinding" => Some(&policy_binding::PolicyBinding),
        _ => None,
    }
}
