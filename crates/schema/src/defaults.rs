//! The defaults that a type carries, published or not, set on a document in normal form. What depends on other
//! members comes after, by the kind's hook.

use crate::decode::set_field;
use crate::types::{Field, Struct, Type};
use pintle_meta::quantity::{Quantity, Scale};
use pintle_meta::{Map, Value};

/// Sets every default below `document` where nothing, or Go's zero of a non-pointer, stands. What lacks none stays
/// shared.
pub fn apply(ty: &Struct, document: &mut Value) {
    if let Value::Map(map) = document
        && let Some(made) = structure(ty, map)
    {
        *document = Value::Map(made);
    }
}

/// The struct with what it lacks; `None` when it lacks nothing.
fn structure(ty: &Struct, map: &Map) -> Option<Map> {
    if !ty.has_defaults() {
        return None;
    }
    let mut made: Option<Map> = None;
    for field in ty.fields() {
        if let Some(value) = member(field, map.get(&field.name)) {
            set_field(ty, made.get_or_insert_with(|| map.clone()), &field.name, value);
        }
    }
    made
}

/// What the field holds in place of `given`, if that lacks anything.
fn member(field: &Field, given: Option<&Value>) -> Option<Value> {
    let mut made = default_of(field, given).cloned();
    if field.thousandths
        && let Some(rounded) = made.as_ref().or(given).and_then(rounded_up)
    {
        made = Some(rounded);
    }
    let whole = made.as_ref().or(given)?;
    below(&field.ty, whole).or(made)
}

fn below(ty: &Type, value: &Value) -> Option<Value> {
    if !leads_to_defaults(ty) {
        return None;
    }
    match (ty, value) {
        (Type::Struct(ty), Value::Map(map)) => structure(ty, map).map(Value::Map),
        (Type::List(list), Value::List(items)) => {
            items.replaced(|item| below(&list.item, item)).map(Value::List)
        }
        (Type::Map(ty), Value::Map(members)) => {
            members.replaced(|_, member| below(&ty.value, member)).map(Value::Map)
        }
        _ => None,
    }
}

/// The default that has to be set, if the field has one.
fn default_of<'a>(field: &'a Field, given: Option<&Value>) -> Option<&'a Value> {
    let default = field.set_when_unset()?;
    let unset = match given {
        None | Some(Value::Null) => true,
        Some(value) => !field.pointer && value.is_empty(),
    };
    // A default that is Go's zero says nothing of a member that is no pointer.
    (unset && (field.pointer || !default.is_empty())).then_some(default)
}

/// The quantities rounded up to thousandths, where one is written with a unit below that.
fn rounded_up(quantities: &Value) -> Option<Value> {
    let finer = |text: &str| text.ends_with(['n', 'u']) || text.contains("e-");
    let map = quantities.as_map()?;
    if !map.values().any(|value| value.as_str().is_some_and(finer)) {
        return None;
    }
    let rounded = map.replaced(|_, value| {
        let mut quantity = Quantity::from_value(value).ok()?;
        (!quantity.round_up(Scale::Milli)).then(|| quantity.to_value())
    });
    rounded.map(Value::Map)
}

/// Whether a value of this type can hold a struct with defaults.
pub(crate) fn leads_to_defaults(ty: &Type) -> bool {
    match ty {
        Type::Struct(ty) => ty.has_defaults(),
        Type::List(list) => leads_to_defaults(&list.item),
        Type::Map(map) => leads_to_defaults(&map.value),
        _ => false,
    }
}
