//! ServiceCIDR: its ranges at a glance.

use crate::hooks::cells::{items, joined};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// networking.k8s.io ServiceCIDR.
#[derive(Debug)]
pub(super) struct ServiceCidr;

impl Hooks for ServiceCidr {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![joined(items(object, &["spec", "cidrs"]), ",").into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ServiceCidr,
            &[
                (r#"{"spec":{}}"#, r#"[""]"#),
                (r#"{"spec":{"cidrs":["10.0.0.0/8","fd00::/64"]}}"#, r#"["10.0.0.0/8,fd00::/64"]"#),
            ],
        );
    }
}
