//! Values as Go prints them inside structured-merge-diff's `value.Value`, for the reference's error texts.

use pintle_meta::Value;
use pintle_meta::field::go_quote;
use pintle_meta::value::float_text;

use crate::patch::strategic::go_map_text;

/// `%v`: `&{[x]}`
pub(super) fn printed(value: &Value) -> String {
    format!("&{{{}}}", go_map_text(value))
}

/// `%#v`: `&value.valueUnstructured{Value:1}`
pub(super) fn syntax(value: &Value) -> String {
    format!("&value.valueUnstructured{{Value:{}}}", go_syntax(value))
}

/// `%T` of what it holds.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::String(text) => go_quote(text),
        Value::List(list) => {
            let items: Vec<String> = list.iter().map(go_syntax).collect();
            format!("{}{{{}}}", type_of(value), items.join(", "))
        }
        Value::Map(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, value)| format!("{}:{}", go_quote(key), go_syntax(value)))
                .collect();
            format!("{}{{{}}}", type_of(value), members.join(", "))
        }
    }
}
