//! The defaults that a type carries, published or not, set on a document in normal form. What depends on other
//! members comes after, by the kind's hook.

use crate::decode::set_field;
use crate::types::{Field, Struct, Type};
use pintle_meta::Value;
use pintle_meta::quantity::{Quantity, Scale};

/// Sets every default below `document` where nothing, or Go's zero of a non-pointer, stands. What lacks none stays
/// shared.
pub fn apply(ty: &Struct, document: &mut Value) {
    if !ty.has_defaults() {
        return;
    }
    let Value::Map(map) = document else { return };
    for field in ty.fields() {
        if let Some(default) = field.set_when_unset()
            && is_unset(field, map.get(&field.name))
        {
            set_field(ty, map, &field.name, default.clone());
        }
        if field.thousandths && map.get(&field.name).is_some_and(has_finer) {
            map.get_mut(&field.name).into_iter().for_each(round_up);
        }
        if map.get(&field.name).is_some_and(|value| lacks(&field.ty, value))
            && let Some(value) = map.get_mut(&field.name)
        {
            descend(&field.ty, value);
        }
    }
}

/// Whether [`descend`] would change anything.
fn lacks(ty: &Type, value: &Value) -> bool {
    if !leads_to_defaults(ty) {
        return false;
    }
    match (ty, value) {
        (Type::Struct(ty), Value::Map(map)) => ty.fields().iter().any(|field| {
            let value = map.get(&field.name);
            is_unset(field, value)
                || value.is_some_and(|value| field.thousandths && has_finer(value) || lacks(&field.ty, value))
        }),
        (Type::List(list), Value::List(items)) => items.iter().any(|item| lacks(&list.item, item)),
        (Type::Map(ty), Value::Map(members)) => members.values().any(|member| lacks(&ty.value, member)),
        _ => false,
    }
}

/// Whether the field has a default that has to be set.
fn is_unset(field: &Field, value: Option<&Value>) -> bool {
    let Some(default) = field.set_when_unset() else { return false };
    let unset = match value {
        None | Some(Value::Null) => true,
        Some(value) => !field.pointer && value.is_empty(),
    };
    // A default that is Go's zero says nothing of a member that is no pointer.
    unset && (field.pointer || !default.is_empty())
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
            for item in items.make_mut().iter_mut().filter(|item| lacks(&list.item, item)) {
                descend(&list.item, item);
            }
        }
        (Type::Map(map), Value::Map(members)) => {
            for (_, member) in members.iter_mut().filter(|(_, member)| lacks(&map.value, member)) {
                descend(&map.value, member);
            }
        }
        _ => {}
    }
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
