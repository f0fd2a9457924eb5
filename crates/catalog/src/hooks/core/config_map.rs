//! ConfigMap: how many entries it holds.

use pintle_meta::Value;
use pintle_schema::Hooks;

#[derive(Debug)]
pub(super) struct ConfigMap;

impl Hooks for ConfigMap {
    fn cells(&self, object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        vec![Value::Int(entries(&object["data"]) + entries(&object["binaryData"]))]
    }
}

fn entries(value: &Value) -> i64 {
    value.as_map().map_or(0, |map| i64::try_from(map.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn text_and_binary_entries_count() {
        let object = parse(br#"{"data":{"a":"","b":""},"binaryData":{"c":""}}"#).unwrap();
        assert_eq!(ConfigMap.cells(&object, 0), [Value::Int(3)]);
        assert_eq!(ConfigMap.cells(&Value::map(), 0), [Value::Int(0)]);
    }
}
