//! The defaults that a type carries, published or not, set on a document in normal form. What depends on other
//! members comes after, by the kind's hook.

use crate::decode::set_field;
use crate::types::{Struct, Type};
use pintle_meta::{Map, Value};

/// Sets every default below `document` where nothing, or Go's zero of a non-pointer, stands.
pub fn apply(ty: &Struct, document: &mut Value) {
    if !ty.has_defaults() {
        return;
    }
    let Value::Map(map) = document else { return };
    for field in ty.fields() {
        if let Some(default) = field.set_when_unset() {
            let unset = match map.get(&field.name) {
                None | Some(Value::Null) => true,
                Some(value) => !field.pointer && value.is_empty(),
            };
            if unset {
                set_field(ty, map, &field.name, default.clone());
            }
        }
        if leads_to_defaults(&field.ty)
            && let Some(value) = map.get_mut(&field.name)
        {
            descend(&field.ty, value);
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
