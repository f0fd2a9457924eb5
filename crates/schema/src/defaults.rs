//! The defaults that a type carries, published or not, set on a document in normal form. What depends on other
//! members comes after, by the kind's hook.

use crate::decode::set_field;
use crate::types::{Field, Struct, Type};
use pintle_meta::quantity::{Quantity, Scale};
use pintle_meta::{Map, Value};

/// Sets every default below `document` where nothing, or Go's zero of a non-pointer, stands.
pub fn apply(ty: &Struct, document: &mut Value) {
    if !ty.has_defaults() {
        return;
    }
    let Value::Map(map) = document else { return };
    for field in ty.fields() {
        if let Some(default) = field.set_when_unset() {
            set_when_unset(ty, field, map, default);
        }
        if field.thousandths && map.get(&field.name).is_some_and(has_finer) {
            map.get_mut(&field.name).into_iter().for_each(round_up);
        }
        if leads_to_defaults(&field.ty)
            && let Some(value) = map.get_mut(&field.name)
        {
            descend(&field.ty, value);
        }
    }
}

fn set_when_unset(ty: &Struct, field: &Field, map: &mut Map, default: &Value) {
    let unset = match map.get(&field.name) {
        None | Some(Value::Null) => true,
        Some(value) => !field.pointer && value.is_empty(),
    };
    // A default that is Go's zero says nothing of a member that is no pointer.
    if unset && (field.pointer || !default.is_empty()) {
        set_field(ty, map, &field.name, default.clone());
    }
}

/// Whether a quantity is written with a unit below a thousandth, so that it may have to be rounded.
fn has_finer(quantities: &Value) -> bool {
    let finer = |text: &str| text.ends_with(['n', 'u']) || text.contains("e-");
    quantities.as_map().is_some_and(|map| map.values().any(|value| value.as_str().is_some_and(finer)))
}

fn round_up(quantities: &mut Value) {
    let Value::Map(map) = quantities else { return };
    for (_, value) in map.iter_mut() {
        if let Ok(mut quantity) = Quantity::from_value(value)
            && !quantity.round_up(Scale::Milli)
        {
            *value = quantity.to_value();
        }
    }
}

fn descend(ty: &Type, value: &mut Value) {
    match (ty, value) {
        (Type::Struct(ty), value @ Value::Map(_)) => apply(ty, value),
        (Type::List(list), Value::List(items)) => {
            items.make_mut().iter_mut().for_each(|item| descend(&list.item, item));
        }
        (Type::Map(map), Value::Map(members)) => descend_map(&map.value, members),
        _ => {}
    }
}

fn descend_map(ty: &Type, members: &mut Map) {
    members.iter_mut().for_each(|(_, member)| descend(ty, member));
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
