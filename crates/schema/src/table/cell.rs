//! Cells that are data: a value, an age, a count, labels, a selector.
//!
//! The reference prints members of Go structs, so what an object does not say is the zero of its type.

use crate::decode::zero_of;
use crate::resource::Cell;
use crate::types::{Special, Struct, Type};
use pintle_meta::selector::LabelSelector;
use pintle_meta::time::{Duration, Time, human_duration};
use pintle_meta::{Str, Value};

/// What stands where there is nothing.
const NONE: &str = "<none>";
/// What stands where a time is unset.
const UNKNOWN: &str = "<unknown>";
/// What stands where a selector is no selector.
const ERROR: &str = "<error>";
/// Go's zero time.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The cell of `object`, which is of type `ty`, from `source`; null for computed cells, which are the kind's
/// business.
pub(super) fn value(source: &Cell, ty: &Struct, object: &Value, now: i64) -> Value {
    match source {
        Cell::Path(path) => follow(object, path).cloned().unwrap_or_else(|| zero(ty.type_at(path))),
        Cell::Age(path) => age(follow(object, path), now),
        Cell::Len(path) => Value::Int(follow(object, path).map_or(0, length)),
        Cell::Labels(path) => labels(follow(object, path)),
        Cell::Selector(path) => selector(follow(object, path)),
        Cell::Computed => Value::Null,
    }
}

/// What stands at `path`, unless it is null: Go has no null where a cell looks.
fn follow<'a>(object: &'a Value, path: &[Str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, key| value.get(key)).filter(|value| !value.is_null())
}

fn zero(ty: Option<&Type>) -> Value {
    match ty {
        None => Value::Null,
        Some(Type::Special(Special::Time | Special::MicroTime)) => NEVER.into(),
        Some(ty) => zero_of(ty),
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
    match LabelSelector::from_document(value.unwrap_or(&Value::Null)) {
        Err(_) => ERROR.into(),
        Ok(selector) => match selector.to_string() {
            text if text.is_empty() => NONE.into(),
            text => Value::from(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Field, IntType, Members, Omit, Patch};
    use pintle_meta::value::parse;
    use std::sync::Arc;

    fn field(name: &str, ty: Type) -> Field {
        Field {
            name: name.into(),
            ty,
            go_type: Str::new(),
            go_name: name.into(),
            omit: Omit::Empty,
            pointer: false,
            required: false,
            default: None,
            implied: None,
            thousandths: false,
            allowed: Vec::new(),
            members: Members::Unsaid,
            patch: Patch::default(),
            number: 0,
        }
    }

    /// A type with one member of each kind that cells show, below `s`.
    fn ty() -> Struct {
        let status = Struct::new("Status", "v1.Status", "v1.Status", false);
        let members = [
            field("int", Type::Int(IntType::I32)),
            field("flag", Type::Bool),
            field("text", Type::String),
            field("time", Type::Special(Special::Time)),
        ];
        status.lay_out(members.into(), Vec::new());
        let whole = Struct::new("Whole", "v1.Whole", "v1.Whole", false);
        whole.lay_out(vec![field("s", Type::Struct(Arc::new(status)))], Vec::new());
        whole
    }

    fn path(text: &str) -> Vec<Str> {
        text.split('.').map(Str::from).collect()
    }

    #[test]
    fn what_is_not_said_is_zero() {
        for (object, member, cell) in [
            (r#"{"s":{"int":3}}"#, "s.int", Value::Int(3)),
            (r#"{"s":{}}"#, "s.int", Value::Int(0)),
            (r#"{}"#, "s.int", Value::Int(0)),
            (r#"{"s":{"flag":true}}"#, "s.flag", Value::Bool(true)),
            (r#"{"s":{}}"#, "s.flag", Value::Bool(false)),
            (r#"{"s":{"text":null}}"#, "s.text", Value::from("")),
            (r#"{"s":{"time":null}}"#, "s.time", Value::from(NEVER)),
            (r#"{"s":{}}"#, "s.unknown", Value::Null),
        ] {
            let source = Cell::Path(path(member));
            let object = parse(object.as_bytes()).unwrap();
            assert_eq!(value(&source, &ty(), &object, 0), cell, "{member}");
        }
    }

    #[test]
    fn made_cells_say_when_there_is_nothing() {
        let now = Time::parse("2026-01-02T00:00:00Z").unwrap().unix();
        for (source, member, cell) in [
            (Cell::Age as fn(Vec<Str>) -> Cell, r#""2026-01-01T23:58:30Z""#, Value::from("90s")),
            (Cell::Age, r#""2026-01-02T00:00:01Z""#, "0s".into()),
            (Cell::Age, r#""2026-01-02T00:00:09Z""#, "<invalid>".into()),
            (Cell::Age, "null", "<unknown>".into()),
            (Cell::Len, "[1,2]", Value::Int(2)),
            (Cell::Len, r#"{"a":"b"}"#, Value::Int(1)),
            (Cell::Len, "null", Value::Int(0)),
            (Cell::Labels, r#"{"b":"2","a":"1","a-b":""}"#, "a-b=,a=1,b=2".into()),
            (Cell::Labels, "{}", "<none>".into()),
            (Cell::Labels, "null", "<none>".into()),
            (Cell::Selector, r#"{"matchLabels":{"b":"1","a":"2"}}"#, "a=2,b=1".into()),
            (
                Cell::Selector,
                r#"{"matchExpressions":[{"key":"a","operator":"In","values":["y","x"]},{"key":"b","operator":"Exists"}]}"#,
                "a in (x,y),b".into(),
            ),
            (Cell::Selector, r#"{"matchExpressions":[{"key":"a","operator":"Odd"}]}"#, "<error>".into()),
            (Cell::Selector, "{}", "<none>".into()),
            (Cell::Selector, "null", "<none>".into()),
        ] {
            let object = parse(format!(r#"{{"m":{member}}}"#).as_bytes()).unwrap();
            assert_eq!(value(&source(path("m")), &ty(), &object, now), cell, "{member}");
            let nothing = Value::map();
            let null = parse(br#"{"m":null}"#).unwrap();
            let (absent, null) = (
                value(&source(path("m")), &ty(), &nothing, now),
                value(&source(path("m")), &ty(), &null, now),
            );
            assert_eq!(absent, null);
        }
    }
}
