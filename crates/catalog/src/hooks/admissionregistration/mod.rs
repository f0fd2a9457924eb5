//! admissionregistration.k8s.io.

mod policy;
mod policy_binding;

pub(super) use policy::Policy;
pub(super) use policy_binding::PolicyBinding;
