//! Normal form to messages, as the reference writes them: scalars and structs that are no pointers always, pointers
//! when they are set, fields ascending by number, maps sorted by key. Everything is written last to first.

use super::plan::{Plan, What};
use super::special;
use super::wire::{Backward, TooDeep};
use crate::types::{Field, MapType, Struct, Type};
use bytes::Bytes;
use pintle_meta::{Map, Str, Value, base64};
use smallvec::SmallVec;

/// The message of a document in normal form.
///
/// # Errors
/// [`TooDeep`]
pub fn encode(ty: &Struct, document: &Value) -> Result<Bytes, TooDeep> {
    let mut out = Backward::with_capacity(1024);
    put(ty, document, &mut out);
    out.finish()
}

/// Puts the fields of a document's message.
pub fn put(ty: &Struct, document: &Value, out: &mut Backward) {
    members(ty, ty.plan(), &values(ty, document), out);
}

/// The members of a struct by their position.
type Values<'v> = SmallVec<[Option<&'v Value>; 24]>;

/// In normal form members stand in the order of the fields, so each is found where the last one ended.
fn values<'v>(ty: &Struct, document: &'v Value) -> Values<'v> {
    let fields = ty.fields();
    let mut values = Values::from_elem(None, fields.len());
    let mut next = 0;
    for (name, value) in document.as_map().into_iter().flat_map(Map::iter) {
        let ahead = fields[next..].iter().position(|field| field.name == *name).map(|ahead| next + ahead);
        let Some(at) = ahead.or_else(|| ty.field(name).map(|(at, _)| at)) else { continue };
        values[at] = Some(value);
        next = at + 1;
    }
    values
}

fn members(home: &Struct, plan: &Plan, values: &Values<'_>, out: &mut Backward) {
    for entry in plan.entries().iter().rev() {
        match &entry.what {
            What::Inline { plan, .. } => out.message(entry.number, |out| members(home, plan, values, out)),
            What::Field(at) => field(home, &home.fields()[*at], values[*at], entry.number, out),
        }
    }
}

fn field(home: &Struct, field: &Field, value: Option<&Value>, number: u32, out: &mut Backward) {
    let value = value.unwrap_or(&Value::Null);
    let can_be_nil = field.pointer || matches!(field.ty, Type::List(_) | Type::Map(_) | Type::Bytes);
    if can_be_nil && value.is_null() {
        return;
    }
    match &field.ty {
        Type::List(list) if !list.boxed => {
            for item in value.as_list().into_iter().flat_map(|items| items.iter().rev()) {
                one(home, &list.item, item, number, out);
            }
        }
        Type::Map(map) => entries(home, map, value, number, out),
        ty => one(home, ty, value, number, out),
    }
}

/// A map: a message an entry, the key in field 1, the value in field 2.
fn entries(home: &Struct, map: &MapType, value: &Value, number: u32, out: &mut Backward) {
    let members = value.as_map().into_iter().flat_map(Map::iter);
    let mut members: SmallVec<[(&Str, &Value); 8]> = members.collect();
    if !members.is_sorted_by_key(|(key, _)| *key) {
        members.sort_by_key(|(key, _)| *key);
    }
    for (key, value) in members.into_iter().rev() {
        out.message(number, |out| {
            // Nil bytes are left out; every other value is written.
            if !(value.is_null() && matches!(map.value, Type::Bytes)) {
                one(home, &map.value, value, 2, out);
            }
            out.text(1, key.as_bytes());
        });
    }
}

/// One value; null stands for Go's zero value.
pub(super) fn one(home: &Struct, ty: &Type, value: &Value, number: u32, out: &mut Backward) {
    match ty {
        Type::Bool => out.number(number, u64::from(value.as_bool().unwrap_or_default())),
        Type::Int(_) => out.number(number, value.as_int().unwrap_or_default().cast_unsigned()),
        Type::Float => out.double(number, float(value)),
        Type::String => out.text(number, value.as_str().unwrap_or_default().as_bytes()),
        Type::Bytes => {
            let text = value.as_str().unwrap_or_default();
            out.text(number, &base64::decode(text.as_bytes()).unwrap_or_default());
        }
        Type::Struct(ty) => out.message(number, |out| put(ty, value, out)),
        Type::Special(special) => out.message(number, |out| special::put(home, *special, value, out)),
        Type::List(list) => out.message(number, |out| {
            for item in value.as_list().into_iter().flat_map(|items| items.iter().rev()) {
                one(home, &list.item, item, 1, out);
            }
        }),
        // Nothing of ours has a map in a list or in another map.
        Type::Map(map) => entries(home, map, value, number, out),
    }
}

fn float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::Int(number) => *number as f64,
        _ => 0.0,
    }
}
