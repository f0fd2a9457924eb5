//! APIService: who answers for it and whether it does.

use crate::hooks::cells::condition;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// apiregistration.k8s.io APIService.
#[derive(Debug)]
pub(super) struct ApiService;

impl Hooks for ApiService {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let service = object.at(&["spec", "service"]).filter(|service| !service.is_null());
        let service = service
            .map(|service| format!("{}/{}", service.text_at(&["namespace"]), service.text_at(&["name"])));
        vec![service.unwrap_or_else(|| "Local".to_owned()).into(), available(object).into()]
    }
}

/// Why it is not available stands beside.
fn available(object: &Value) -> String {
    let Some(condition) = condition(object, "Available") else { return "Unknown".to_owned() };
    match (condition.text_at(&["status"]), condition.text_at(&["reason"])) {
        ("True", _) => "True".to_owned(),
        (status, "") => status.to_owned(),
        (status, reason) => format!("{status} ({reason})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &ApiService,
            &[
                (r#"{"spec":{},"status":{}}"#, r#"["Local","Unknown"]"#),
                (
                    r#"{"spec":{"service":{"namespace":"n","name":"s"}},"status":{"conditions":[
                        {"type":"Available","status":"True","reason":"Passed"}]}}"#,
                    r#"["n/s","True"]"#,
                ),
                (
                    r#"{"spec":{},"status":{"conditions":[
                        {"type":"Available","status":"False","reason":"MissingEndpoints"}]}}"#,
                    r#"["Local","False (MissingEndpoints)"]"#,
                ),
            ],
        );
    }
}
