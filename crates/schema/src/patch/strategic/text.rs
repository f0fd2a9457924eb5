//! A document as Go's `%v` prints it, for the reference's error texts.

use pintle_meta::Value;
use pintle_meta::value::float_text;

/// `map[a:1 b:[x y]]`
pub fn go_map_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::String(text) => text.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(go_map_text).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let mut members: Vec<(&str, &Value)> =
                map.iter().map(|(key, value)| (key.as_str(), value)).collect();
            members.sort_by_key(|(key, _)| *key);
            let members: Vec<String> =
                members.into_iter().map(|(key, value)| format!("{key}:{}", go_map_text(value))).collect();
            format!("map[{}]", members.join(" "))
        }
    }
}
