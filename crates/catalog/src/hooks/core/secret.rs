//! Secret: text that clients write instead of base64.

use crate::hooks::shape::{definition, set};
use pintle_meta::{Str, Value, base64};
use pintle_schema::Hooks;

/// core Secret.
#[derive(Debug)]
pub(super) struct Secret;

impl Hooks for Secret {
    /// Moves `stringData`, which is only ever written, into `data`.
    fn default(&self, _version: &str, object: &mut Value) {
        if object.get("stringData").is_none() {
            return;
        }
        let Some(Value::Map(mut given)) = object.take_at(&["stringData"]) else { return };
        if given.is_empty() {
            return;
        }
        let mut data = object.get("data").and_then(Value::as_map).cloned().unwrap_or_default();
        let encoded = |(key, value): (Str, Value)| {
            (key, Value::from(base64::encode(value.as_str().unwrap_or_default().as_bytes())))
        };
        data.extend(given.take().map(encoded));
        data.sort();
        set(definition("io.k8s.api.core.v1.Secret"), object, "data", data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check_default;

    #[test]
    fn text_becomes_data() {
        check_default(
            &Secret,
            "v1",
            &[
                (
                    r#"{"stringData":{"b":"x","a":"y"},"data":{"a":"eg=="}}"#,
                    r#"{"data":{"a":"eQ==","b":"eA=="}}"#,
                ),
                (r#"{"stringData":{}}"#, r#"{}"#),
                (r#"{"data":{"a":"eg=="}}"#, r#"{"data":{"a":"eg=="}}"#),
            ],
        );
    }
}
