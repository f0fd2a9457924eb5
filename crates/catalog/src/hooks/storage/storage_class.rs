//! StorageClass: whether it is the default one, and how it provisions.

use crate::hooks::cells::{annotated, text_or};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// Either marks the class of claims that name none.
const DEFAULT: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/// storage.k8s.io StorageClass.
#[derive(Debug)]
pub(super) struct StorageClass;

impl Hooks for StorageClass {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        let mut name = object.text_at(&["metadata", "name"]).to_owned();
        if DEFAULT.iter().any(|annotation| annotated(object, annotation, "true")) {
            name.push_str(" (default)");
        }
        let expands = object.get("allowVolumeExpansion").and_then(Value::as_bool).unwrap_or(false);
        vec![
            name.into(),
            text_or(object, &["reclaimPolicy"], "Delete").into(),
            text_or(object, &["volumeBindingMode"], "Immediate").into(),
            expands.into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &StorageClass,
            &[
                (r#"{"metadata":{"name":"a"}}"#, r#"["a","Delete","Immediate",false]"#),
                (
                    r#"{"metadata":{"name":"a","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},
                        "reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer",
                        "allowVolumeExpansion":true}"#,
                    r#"["a (default)","Retain","WaitForFirstConsumer",true]"#,
                ),
                (
                    r#"{"metadata":{"name":"a",
                        "annotations":{"storageclass.beta.kubernetes.io/is-default-class":"true"}}}"#,
                    r#"["a (default)","Delete","Immediate",false]"#,
                ),
            ],
        );
    }
}
