//! Documents that are edited are mostly in normal form already: what is stays shared, the rest is made anew, and where
//! something is to be complained of the whole goes to [`super::walk`], which knows the words.

use super::normal::{Slots, assemble, nil_item, printed};
use super::special;
use crate::types::{Field, ListType, Struct, Type};
use pintle_meta::{List, Map, Str, Value};
use smallvec::SmallVec;

/// What normal form makes of a value.
enum Made {
    /// The same.
    Same,
    /// Another.
    Other(Value),
    /// Nothing: it is null, which leaves a Go value as it is.
    Nothing,
}

/// The normal form of `document`; `None` when it is not of type `ty`, or has something in it that `ty` does not have.
pub(super) fn conform(ty: &Struct, document: &Value) -> Option<Value> {
    match structure(ty, document.as_map()?)? {
        Made::Other(made) => Some(made),
        Made::Same | Made::Nothing => Some(document.clone()),
    }
}

fn value(ty: &Type, value: &Value) -> Option<Made> {
    match (ty, value) {
        (Type::Special(special), value) => match special::unmarshal(*special, value.clone()).ok()? {
            Some(made) if made == *value => Some(Made::Same),
            Some(made) => Some(Made::Other(made)),
            None => Some(Made::Nothing),
        },
        (_, Value::Null) => Some(Made::Nothing),
        (Type::Bool, Value::Bool(_)) | (Type::String, Value::String(_)) | (Type::Float, Value::Float(_)) => {
            Some(Made::Same)
        }
        (Type::Float, Value::Int(number)) => Some(Made::Other(Value::Float(*number as f64))),
        (Type::Int(int), Value::Int(number)) => int.fits(*number).then_some(Made::Same),
        (Type::Bytes, Value::String(text)) => match special::bytes(text).ok()? {
            made if made == *value => Some(Made::Same),
            made => Some(Made::Other(made)),
        },
        (Type::Struct(ty), Value::Map(map)) => structure(ty, map),
        (Type::List(ty), Value::List(items)) => list(ty, items),
        (Type::Map(ty), Value::Map(members)) => self::map(&ty.value, members),
        _ => None,
    }
}

fn structure(ty: &Struct, map: &Map) -> Option<Made> {
    let fields = ty.fields();
    let mut found: SmallVec<[(usize, Made); 16]> = SmallVec::with_capacity(map.len());
    let (mut is_same, mut next) = (true, 0);
    for (name, given) in map.iter() {
        let at = position(ty, next, name)?;
        is_same &= at >= next && !fields[next..at].iter().any(is_printed);
        next = at + 1;
        let made = value(&fields[at].ty, given)?;
        is_same &= stays(&fields[at], given, &made);
        found.push((at, made));
    }
    if is_same && !fields[next..].iter().any(is_printed) {
        return Some(Made::Same);
    }
    let given = map.iter().zip(found);
    let slots: Slots = given
        .filter_map(|((_, given), (at, made))| Some((u16::try_from(at).ok()?, made.or(given)?)))
        .collect();
    Some(Made::Other(assemble(ty, slots)))
}

/// Where the field of this name is, most likely soon after the one before.
fn position(ty: &Struct, next: usize, name: &Str) -> Option<usize> {
    let later = ty.fields()[next..].iter().position(|field| field.name == *name);
    later.map(|distance| next + distance).or_else(|| ty.field(name).map(|(at, _)| at))
}

/// Whether Go prints the field although nothing was said of it.
fn is_printed(unset: &Field) -> bool {
    printed(unset, None).is_some()
}

/// Whether Go prints the member as it was given.
fn stays(field: &Field, given: &Value, made: &Made) -> bool {
    match made {
        Made::Same => printed(field, Some(given.clone())).is_some(),
        Made::Other(_) => false,
        Made::Nothing => printed(field, None).is_some_and(|printed| printed.is_null()),
    }
}

fn list(ty: &ListType, items: &List) -> Option<Made> {
    let mut made: Option<List> = None;
    for (at, given) in items.iter().enumerate() {
        if let Some(other) = value(&ty.item, given)?.replacement(|| nil_item(ty.pointer_items, &ty.item)) {
            *made.get_or_insert_with(|| items.clone()).get_mut(at)? = other;
        }
    }
    Some(made.map_or(Made::Same, |list| Made::Other(Value::List(list))))
}

fn map(ty: &Type, members: &Map) -> Option<Made> {
    let mut made: Option<Map> = None;
    for (name, given) in members.iter() {
        if let Some(other) = value(ty, given)?.replacement(|| nil_item(false, ty)) {
            made.get_or_insert_with(|| members.clone()).insert(name.clone(), other);
        }
    }
    if !members.keys().is_sorted() {
        made.get_or_insert_with(|| members.clone()).sort();
    }
    Some(made.map_or(Made::Same, |map| Made::Other(Value::Map(map))))
}

impl Made {
    /// The value in a slot of a struct; `given` is what it was made of.
    fn or(self, given: &Value) -> Option<Value> {
        match self {
            Made::Same => Some(given.clone()),
            Made::Other(made) => Some(made),
            Made::Nothing => None,
        }
    }

    /// What takes the place of an item or a member, if anything does; `nil` is what null becomes.
    fn replacement(self, nil: impl FnOnce() -> Value) -> Option<Value> {
        match self {
            Made::Same => None,
            Made::Other(made) => Some(made),
            Made::Nothing => Some(nil()).filter(|nil| !nil.is_null()),
        }
    }
}
