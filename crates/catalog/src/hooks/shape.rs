//! Editing documents so that they stay in normal form: members stand where Go prints them.

use crate::catalog;
use pintle_meta::value::parse;
use pintle_meta::{Map, Value};
use pintle_schema::types::Type;
use pintle_schema::{Struct, decode};

/// The type of this OpenAPI name.
pub(super) fn definition(openapi_name: &str) -> &'static Struct {
    catalog().definition(openapi_name).expect("hooks name types that the facts have")
}

/// Sets a member of a struct of type `ty`; nothing happens to what is no map.
pub(super) fn set(ty: &Struct, object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Map(map) = object {
        decode::set_field(ty, map, name, value.into());
    }
}

/// What `path` leads to through maps that are there, for editing. Look first: this copies what is shared.
pub(super) fn at_mut<'a>(object: &'a mut Value, path: &[&str]) -> Option<&'a mut Value> {
    path.iter().try_fold(object, |value, key| value.as_map_mut()?.get_mut(key))
}

/// The items of a list, for editing; none when there is no list.
pub(super) fn items_mut<'a>(object: &'a mut Value, path: &[&str]) -> &'a mut [Value] {
    match at_mut(object, path) {
        Some(Value::List(items)) => items.make_mut(),
        _ => &mut [],
    }
}

/// Sets what `path` leads to from an object of type `ty`; structs that are missing on the way are made.
pub(super) fn set_at(ty: &Struct, object: &mut Value, path: &[&str], value: impl Into<Value>) {
    let Value::Map(map) = object else { return };
    match path {
        [] => {}
        [last] => decode::set_field(ty, map, last, value.into()),
        [first, rest @ ..] => {
            let Some((_, field)) = ty.field(first) else { return };
            if map.get(first).is_none_or(Value::is_null) {
                let made = field.ty.as_struct().map_or_else(Value::map, |ty| decode::zero(ty));
                decode::set_field(ty, map, first, made);
            }
            let Some(inner) = map.get_mut(first) else { return };
            match &field.ty {
                Type::Struct(ty) => set_at(ty, inner, rest, value),
                _ => insert(inner, rest, value.into()),
            }
        }
    }
}

/// Sets a key of a Go map, which is printed in the order of its keys.
fn insert(map: &mut Value, path: &[&str], value: Value) {
    if let (Value::Map(map), [key]) = (map, path) {
        map.insert(*key, value);
        map.sort();
    }
}

/// Reads JSON as Go's own decoder does, which matches names in any case: the normal form of each item of a
/// list, or `None` when Go would refuse the text.
pub(super) fn read_list(text: &str, item: &Struct) -> Option<Vec<Value>> {
    match parse(text.as_bytes()).ok()? {
        Value::Null => Some(Vec::new()),
        Value::List(items) => items.iter().map(|value| read(value.clone(), item)).collect(),
        _ => None,
    }
}

/// [`read_list`] for one struct.
pub(super) fn read(value: Value, ty: &Struct) -> Option<Value> {
    decode::value(named(value, ty), ty).ok().map(|decoded| decoded.value)
}

/// The document with its members called as the type calls them.
fn named(value: Value, ty: &Struct) -> Value {
    let Value::Map(mut members) = value else { return value };
    let mut made = Map::with_capacity(members.len());
    for (key, value) in members.take() {
        let exact = ty.field(&key).map(|(_, field)| field);
        let field = exact.or_else(|| ty.fields().iter().find(|field| field.name.eq_ignore_ascii_case(&key)));
        match field {
            Some(field) => made.insert(field.name.clone(), named_below(value, &field.ty)),
            None => made.insert(key, value),
        };
    }
    Value::Map(made)
}

fn named_below(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (value, Type::Struct(ty)) => named(value, ty),
        (Value::List(mut items), Type::List(list)) => {
            items.take().map(|item| named_below(item, &list.item)).collect()
        }
        (value, _) => value,
    }
}
