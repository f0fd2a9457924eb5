//! ResourceSlice: the node whose devices it lists.

use super::convert;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// resource.k8s.io ResourceSlice.
#[derive(Debug)]
pub(super) struct ResourceSlice;

impl Hooks for ResourceSlice {
    fn convert(&self, from: &str, to: &str, object: &mut Value) {
        convert::devices(from, to, object, &["spec", "devices"]);
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![object.text_at(&["spec", "nodeName"]).into()]
    }
}
