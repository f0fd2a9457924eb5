//! The normal form: which members Go prints, and with what when nothing was said.

use crate::types::{Field, Omit, Special, Struct, Type};
use pintle_meta::{Map, Value};
use smallvec::SmallVec;

/// Decoded members of a struct: position of the field and value.
pub(crate) type Slots = SmallVec<[(u16, Value); 16]>;

/// What Go prints for a struct none of whose fields was set.
pub fn zero(ty: &Struct) -> Value {
    ty.zero_with(|| assemble(ty, Slots::new()))
}

/// Sets a member where Go prints it, or replaces it. For members that `ty` does not have, at the end.
pub fn set_field(ty: &Struct, map: &mut Map, name: &str, value: Value) {
    if let Some(place) = map.get_mut(name) {
        *place = value;
        return;
    }
    let Some((rank, field)) = ty.field(name) else {
        map.insert(name, value);
        return;
    };
    let after = |key: &str| ty.field(key).is_some_and(|(other, _)| other > rank);
    let index = map.keys().position(|key| after(key)).unwrap_or(map.len());
    map.insert_at(index, field.name.clone(), value);
}

/// The struct's printed form of `slots`, which may come in any order.
pub(crate) fn assemble(ty: &Struct, mut slots: Slots) -> Value {
    slots.sort_by_key(|(at, _)| *at);
    let mut given = slots.into_iter().peekable();
    let mut map = Map::with_capacity(given.len() + 2);
    for (at, field) in ty.fields().iter().enumerate() {
        let slot = given.next_if(|(given_at, _)| usize::from(*given_at) == at).map(|(_, value)| value);
        if let Some(value) = printed(field, slot) {
            map.push(field.name.clone(), value);
        }
    }
    Value::Map(map)
}

/// What Go prints for a nil or zero value of this type that is no pointer.
pub(crate) fn zero_of(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(false),
        Type::Int(_) | Type::Special(Special::IntOrString) => Value::Int(0),
        Type::Float => Value::Float(0.0),
        Type::String => Value::from(""),
        Type::Special(Special::Quantity) => Value::from("0"),
        Type::Special(Special::Duration) => Value::from("0s"),
        Type::Struct(ty) => zero(ty),
        Type::Bytes | Type::List(_) | Type::Map(_) | Type::Special(_) => Value::Null,
    }
}

/// What a JSON null leaves in a list or map.
pub(super) fn nil_item(pointer: bool, ty: &Type) -> Value {
    if pointer { Value::Null } else { zero_of(ty) }
}

/// What Go prints of a field; `None` when it leaves it out.
pub(super) fn printed(field: &Field, slot: Option<Value>) -> Option<Value> {
    match (slot, field.pointer, field.omit) {
        (Some(value), true, _) | (Some(value), false, Omit::Never | Omit::Nil) => Some(value),
        (Some(value), false, Omit::Empty) => (is_struct(&field.ty) || !value.is_empty()).then_some(value),
        (Some(value), false, Omit::Zero) => (value != zero_of(&field.ty)).then_some(value),
        (None, true, Omit::Never) => Some(Value::Null),
        (None, true, _) | (None, false, Omit::Zero | Omit::Nil) => None,
        (None, false, Omit::Empty) => is_struct(&field.ty).then(|| zero_of(&field.ty)),
        (None, false, Omit::Never) => Some(zero_of(&field.ty)),
    }
}

/// Whether Go holds a struct here, which `omitempty` never leaves out.
fn is_struct(ty: &Type) -> bool {
    matches!(ty, Type::Struct(_) | Type::Special(_))
}
