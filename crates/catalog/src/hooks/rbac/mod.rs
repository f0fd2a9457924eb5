//! rbac.authorization.k8s.io.

mod binding;

pub(super) use binding::Binding;
