//! Lease: who holds it.

use pintle_meta::Value;
use pintle_schema::Hooks;

/// coordination.k8s.io Lease.
#[derive(Debug)]
pub(super) struct Lease;

impl Hooks for Lease {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![object.text_at(&["spec", "holderIdentity"]).into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(&Lease, &[(r#"{"spec":{}}"#, r#"[""]"#), (r#"{"spec":{"holderIdentity":"me"}}"#, r#"["me"]"#)]);
    }
}
