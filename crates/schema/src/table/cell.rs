//! Cells that are data: a value, an age, a count, labels, a selector.

use crate::resource::{Cell, Zero};
use pintle_meta::selector::LabelSelector;
use pintle_meta::time::{Duration, Time, human_duration};
use pintle_meta::{Str, Value};

/// What stands where there is nothing.
const NONE: &str = "<none>";
/// What stands where a time is unset.
const UNKNOWN: &str = "<unknown>";

/// The cell of `object` from `source`; null for computed cells, which are the kind's business.
pub(super) fn value(source: &Cell, object: &Value, now: i64) -> Value {
    match source {
        Cell::Path(path) => follow(object, path).cloned().unwrap_or(Value::Null),
        Cell::OrZero(path, zero) => follow(object, path).cloned().unwrap_or_else(|| zero_value(*zero)),
        Cell::Age(path) => age(follow(object, path), now),
        Cell::Len(path) => Value::Int(follow(object, path).map_or(0, length)),
        Cell::Labels(path) => labels(follow(object, path)),
        Cell::Selector(path) => selector(follow(object, path)),
        Cell::Computed => Value::Null,
    }
}

fn follow<'a>(object: &'a Value, path: &[Str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, key| value.get(key))
}

fn zero_value(zero: Zero) -> Value {
    match zero {
        Zero::Text => "".into(),
        Zero::Number => 0.into(),
        Zero::No => false.into(),
    }
}

fn age(value: Option<&Value>, now: i64) -> Value {
    let time = value.and_then(Value::as_str).and_then(|text| Time::parse(text).ok());
    let since = time.and_then(|time| Duration::from_seconds(now - time.unix()));
    Value::from(since.map_or_else(|| UNKNOWN.to_owned(), human_duration))
}

fn length(value: &Value) -> i64 {
    let length = match value {
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::String(text) => text.len(),
        _ => 0,
    };
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn labels(value: Option<&Value>) -> Value {
    let Some(map) = value.and_then(Value::as_map).filter(|map| !map.is_empty()) else { return NONE.into() };
    let mut pairs: Vec<String> =
        map.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    pairs.sort();
    Value::from(pairs.join(","))
}

fn selector(value: Option<&Value>) -> Value {
    let parsed = value.map(LabelSelector::from_document).and_then(Result::ok);
    match parsed.map(|selector| selector.to_string()).filter(|text| !text.is_empty()) {
        Some(text) => Value::from(text),
        None => NONE.into(),
    }
}
