//! StorageVersionMigration: what is migrated and how far it has come.

use crate::hooks::cells::items;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// storagemigration.k8s.io StorageVersionMigration.
#[derive(Debug)]
pub(super) struct StorageVersionMigration;

impl Hooks for StorageVersionMigration {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let of = |key: &str| object.text_at(&["spec", "resource", key]);
        let resource = match of("group") {
            "" => of("resource").to_owned(),
            group => format!("{}.{group}", of("resource")),
        };
        vec![resource.into(), state(object).into()]
    }
}

/// The last of the conditions that hold.
fn state(object: &Value) -> &str {
    let holds = |condition: &&Value| {
        condition.text_at(&["status"]) == "True"
            && matches!(condition.text_at(&["type"]), "Running" | "Failed" | "Succeeded")
    };
    let last = items(object, &["status", "conditions"]).iter().rfind(holds);
    last.map_or("Unknown", |condition| condition.text_at(&["type"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &StorageVersionMigration,
            &[
                (
                    r#"{"spec":{"resource":{"group":"","resource":"pods"}},"status":{}}"#,
                    r#"["pods","Unknown"]"#,
                ),
                (
                    r#"{"spec":{"resource":{"group":"apps","resource":"deployments"}},"status":{"conditions":[
                        {"type":"Running","status":"True"},{"type":"Succeeded","status":"True"},
                        {"type":"Failed","status":"False"}]}}"#,
                    r#"["deployments.apps","Succeeded"]"#,
                ),
            ],
        );
    }
}
