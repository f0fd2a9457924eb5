//! ClusterTrustBundle: whose it is.

use crate::hooks::cells::non_empty_or;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// certificates.k8s.io ClusterTrustBundle.
#[derive(Debug)]
pub(super) struct ClusterTrustBundle;

impl Hooks for ClusterTrustBundle {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![non_empty_or(object, &["spec", "signerName"], "<none>").into()]
    }
}
