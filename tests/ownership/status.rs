//! A status for any kind: something in every member that is easily filled.

use pintle_meta::{Map, Value};
use pintle_schema::types::{Ownership, Special, Struct, Type};

/// How deep a status is filled.
const DEPTH: usize = 3;

/// A status of the type `schema` has for it; `None` when it has none.
pub(crate) fn filled(schema: &Struct) -> Option<Value> {
    let (_, field) = schema.field("status")?;
    Some(of(&field.ty, DEPTH)).filter(|status| !status.is_empty())
}

fn of(ty: &Type, depth: usize) -> Value {
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Int(_) => Value::Int(3),
        Type::Float => Value::Float(1.5),
        Type::String => Value::from("Set"),
        Type::Bytes => Value::from("c2V0"),
        Type::Special(Special::Time) => Value::from("2026-01-02T03:04:05Z"),
        Type::Special(Special::MicroTime) => Value::from("2026-01-02T03:04:05.000006Z"),
        Type::Special(Special::Quantity) => Value::from("5"),
        Type::Special(Special::IntOrString) => Value::Int(3),
        Type::Special(_) => Value::Null,
        Type::Map(map) => match of(&map.value, depth.saturating_sub(1)) {
            value if value.is_empty() => Value::Null,
            value => Value::from([("set", value)]),
        },
        Type::List(list) if depth > 0 || matches!(list.ownership, Ownership::Set) => {
            match of(&list.item, depth.saturating_sub(1)) {
                item if item.is_empty() => Value::Null,
                item => [item].into_iter().collect(),
            }
        }
        Type::Struct(ty) if depth > 0 => Value::Map(members(ty, depth - 1)),
        Type::List(_) | Type::Struct(_) => Value::Null,
    }
}

fn members(ty: &Struct, depth: usize) -> Map {
    let mut map = Map::new();
    for field in ty.fields() {
        let value = match field.allowed.iter().find(|word| !word.is_empty()) {
            Some(word) if matches!(field.ty, Type::String) => Value::from(word.clone()),
            _ => of(&field.ty, depth),
        };
        if !value.is_empty() {
            map.insert(field.name.clone(), value);
        }
    }
    map
}
