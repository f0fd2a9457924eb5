//! ResourcePoolStatusRequest: the pools that were found and what is free in them.

use crate::hooks::cells::{age, items};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// resource.k8s.io ResourcePoolStatusRequest.
#[derive(Debug)]
pub(super) struct ResourcePoolStatusRequest;

impl Hooks for ResourcePoolStatusRequest {
    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        let answered = object.get("status").is_some_and(|status| !status.is_null());
        let end = if answered { end(object) } else { None };
        let failed = end.is_some_and(|(kind, _)| kind == "Failed");
        let pools = items(object, &["status", "pools"]);
        let pool_count = object.at(&["status", "poolCount"]).and_then(Value::as_int).unwrap_or(0);

        let mut cells: Vec<Value> = if answered && !failed {
            ["totalDevices", "availableDevices", "allocatedDevices", "unavailableDevices"]
                .map(|name| sum(pools, name).into())
                .into_iter()
                .chain([errors(pools).into()])
                .collect()
        } else {
            vec!["-".into(); 5]
        };
        let completed = end.filter(|(kind, _)| *kind == "Complete");
        let completed =
            completed.map(|(_, condition)| age(condition.get("lastTransitionTime"), now_unix_seconds));
        cells.push(pool_count.into());
        cells.push(state(end.map(|(kind, _)| kind), pools.len(), pool_count).into());
        cells.push(completed.unwrap_or_else(|| "<none>".to_owned()).into());
        cells
    }
}

/// The first condition that says how the request ended.
fn end(object: &Value) -> Option<(&str, &Value)> {
    let mut conditions = items(object, &["status", "conditions"]).iter();
    conditions.find_map(|condition| {
        let kind = condition.text_at(&["type"]);
        let ended = matches!(kind, "Complete" | "Failed") && condition.text_at(&["status"]) == "True";
        ended.then_some((kind, condition))
    })
}

fn state(end: Option<&str>, listed: usize, pool_count: i64) -> String {
    match end {
        Some("Complete") if i64::try_from(listed).is_ok_and(|listed| listed < pool_count) => {
            format!("Complete ({listed}/{pool_count} pools)")
        }
        Some(kind) => kind.to_owned(),
        None => "Pending".to_owned(),
    }
}

fn sum(pools: &[Value], name: &str) -> String {
    pools.iter().filter_map(|pool| pool.get(name)?.as_int()).sum::<i64>().to_string()
}

fn errors(pools: &[Value]) -> String {
    let failed = |pool: &&Value| pool.get("validationError").is_some_and(|error| !error.is_null());
    pools.iter().filter(failed).count().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ResourcePoolStatusRequest,
            &[
                (r#"{"spec":{}}"#, r#"["-","-","-","-","-",0,"Pending","<none>"]"#),
                (
                    r#"{"status":{"poolCount":3,"pools":[{"totalDevices":4,"availableDevices":1,
                        "allocatedDevices":2,"unavailableDevices":1},{"totalDevices":1,"validationError":"e"}],
                        "conditions":[{"type":"Complete","status":"True",
                        "lastTransitionTime":"1970-01-01T00:15:00Z"}]}}"#,
                    r#"["5","1","2","1","1",3,"Complete (2/3 pools)","100s"]"#,
                ),
                (
                    r#"{"status":{"poolCount":1,"conditions":[{"type":"Failed","status":"True"}]}}"#,
                    r#"["-","-","-","-","-",1,"Failed","<none>"]"#,
                ),
            ],
        );
    }
}
