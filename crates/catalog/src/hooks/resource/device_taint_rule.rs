//! DeviceTaintRule: since when it taints.

use crate::hooks::cells::age;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// resource.k8s.io DeviceTaintRule.
#[derive(Debug)]
pub(super) struct DeviceTaintRule;

impl Hooks for DeviceTaintRule {
    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        let added = object.at(&["spec", "taint", "timeAdded"]).filter(|time| !time.is_null());
        vec![added.map_or_else(String::new, |time| age(Some(time), now_unix_seconds)).into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &DeviceTaintRule,
            &[
                (r#"{"spec":{"taint":{}}}"#, r#"[""]"#),
                (r#"{"spec":{"taint":{"timeAdded":"1970-01-01T00:16:30Z"}}}"#, r#"["10s"]"#),
            ],
        );
    }
}
