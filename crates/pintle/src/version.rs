//! Which release this is, and which release of Kubernetes it answers like.

/// The release of the reference.
pub(crate) const KUBERNETES: &str = "v1.36.2";

/// For `pintle version`: `0.1.0 (Kubernetes v1.36.2)`.
pub(crate) fn own() -> String {
    format!("{} (Kubernetes {KUBERNETES})", env!("CARGO_PKG_VERSION"))
}
