//! PodTemplate: what every pod template gets, and its containers as cells.

use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// Where its pods' spec is.
const POD_SPEC: [&str; 2] = ["template", "spec"];

/// core PodTemplate.
#[derive(Debug)]
pub(super) struct PodTemplate;

impl Hooks for PodTemplate {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &["template"]);
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &POD_SPEC);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
    }

    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        names_and_images(object.at(&POD_SPEC)).into()
    }
}
