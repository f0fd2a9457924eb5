//! IPAddress: who uses it.

use crate::hooks::cells::age;
use pintle_meta::Value;
use pintle_schema::Hooks;

/// networking.k8s.io IPAddress.
#[derive(Debug)]
pub(super) struct IpAddress;

impl Hooks for IpAddress {
    /// One cell more than there are columns: so does the reference.
    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        let parent = parent(object.at(&["spec", "parentRef"]));
        vec![parent.into(), age(object.at(&["metadata", "creationTimestamp"]), now_unix_seconds).into()]
    }
}

/// `resource.group/namespace/name`
fn parent(reference: Option<&Value>) -> String {
    let Some(reference) = reference.filter(|value| !value.is_null()) else { return "<none>".to_owned() };
    let mut text = reference.text_at(&["resource"]).to_lowercase();
    let group = reference.text_at(&["group"]);
    if !group.is_empty() {
        text.push('.');
        text.push_str(&group.to_lowercase());
    }
    let namespace = reference.text_at(&["namespace"]);
    if !namespace.is_empty() {
        text.push('/');
        text.push_str(namespace);
    }
    text.push('/');
    text.push_str(reference.text_at(&["name"]));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &IpAddress,
            &[
                (r#"{"spec":{"parentRef":null}}"#, r#"["<none>","<unknown>"]"#),
                (
                    r#"{"metadata":{"creationTimestamp":"1970-01-01T00:16:30Z"},
                        "spec":{"parentRef":{"resource":"services","namespace":"ns","name":"s"}}}"#,
                    r#"["services/ns/s","10s"]"#,
                ),
                (
                    r#"{"metadata":{"creationTimestamp":"1970-01-01T00:16:40Z"},
                        "spec":{"parentRef":{"group":"X.example.com","resource":"Gates","name":"N"}}}"#,
                    r#"["gates.x.example.com/N","0s"]"#,
                ),
            ],
        );
    }
}
