//! CSIDriver: what the driver can do and wants.

use crate::hooks::cells::{items, joined};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// storage.k8s.io CSIDriver.
#[derive(Debug)]
pub(super) struct CsiDriver;

impl Hooks for CsiDriver {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let flag = |name: &str, unset: bool| {
            Value::Bool(object.at(&["spec", name]).and_then(Value::as_bool).unwrap_or(unset))
        };
        vec![
            flag("attachRequired", true),
            flag("podInfoOnMount", false),
            flag("storageCapacity", false),
            audiences(object).into(),
            flag("requiresRepublish", false),
            modes(object).into(),
        ]
    }
}

fn audiences(object: &Value) -> String {
    let requests = items(object, &["spec", "tokenRequests"]);
    if requests.is_empty() {
        return "<unset>".to_owned();
    }
    requests.iter().map(|request| request.text_at(&["audience"])).collect::<Vec<_>>().join(",")
}

fn modes(object: &Value) -> String {
    let modes = joined(items(object, &["spec", "volumeLifecycleModes"]), ",");
    if modes.is_empty() { "<none>".to_owned() } else { modes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &CsiDriver,
            &[
                (r#"{"spec":{}}"#, r#"[true,false,false,"<unset>",false,"<none>"]"#),
                (
                    r#"{"spec":{"attachRequired":false,"podInfoOnMount":true,"storageCapacity":true,
                        "requiresRepublish":true,"tokenRequests":[{"audience":""},{"audience":"a"}],
                        "volumeLifecycleModes":["Persistent","Ephemeral"]}}"#,
                    r#"[false,true,true,",a",true,"Persistent,Ephemeral"]"#,
                ),
            ],
        );
    }
}
