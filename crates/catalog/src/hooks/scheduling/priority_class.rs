//! PriorityClass: whether it preempts.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// scheduling.k8s.io PriorityClass.
#[derive(Debug)]
pub(super) struct PriorityClass;

impl Hooks for PriorityClass {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![object.text_at(&["preemptionPolicy"]).into()]
    }
}
