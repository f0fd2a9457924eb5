//! Patches that make one document of another.

use pintle_meta::{List, Map, Str, Value};
use pintle_schema::types::Patch;
use pintle_schema::{Struct, Type};

/// A JSON patch (RFC 6902).
pub(crate) fn operations(from: &Value, to: &Value) -> Value {
    let mut found = Vec::new();
    operate(from, to, "", &mut found);
    found.into_iter().collect()
}

fn operate(from: &Value, to: &Value, path: &str, found: &mut Vec<Value>) {
    let mut say = |op: &str, path: String, value: Option<&Value>| {
        let mut operation = Map::new();
        operation.insert("op", op);
        operation.insert("path", path);
        if let Some(value) = value {
            operation.insert("value", value.clone());
        }
        found.push(Value::Map(operation));
    };
    let below = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    match (from, to) {
        _ if from == to => {}
        (Value::Map(from), Value::Map(to)) => {
            from.keys().filter(|key| !to.contains_key(key)).for_each(|key| say("remove", below(key), None));
            to.iter().filter(|(key, _)| !from.contains_key(key)).for_each(|(key, value)| {
                say("add", below(key), Some(value));
            });
            for (key, value) in to.iter() {
                if let Some(old) = from.get(key) {
                    operate(old, value, &below(key), found);
                }
            }
        }
        (Value::List(from), Value::List(to)) => {
            (to.len()..from.len()).rev().for_each(|at| say("remove", format!("{path}/{at}"), None));
            to.iter().skip(from.len()).for_each(|value| say("add", format!("{path}/-"), Some(value)));
            for (at, (old, new)) in from.iter().zip(to.iter()).enumerate() {
                operate(old, new, &format!("{path}/{at}"), found);
            }
        }
        _ => say("replace", path.to_owned(), Some(to)),
    }
}

/// A merge patch (RFC 7396).
pub(crate) fn merge(from: &Value, to: &Value) -> Value {
    let (Value::Map(old), Value::Map(new)) = (from, to) else { return to.clone() };
    let gone = old.keys().filter(|key| !new.contains_key(key)).map(|key| (key.clone(), Value::Null));
    let changed = new.iter().filter(|(key, value)| old.get(key) != Some(value)).map(|(key, value)| {
        let change = old.get(key).map_or_else(|| value.clone(), |old| merge(old, value));
        (key.clone(), change)
    });
    Value::Map(gone.chain(changed).collect())
}

/// A strategic merge patch, as kubectl makes them.
pub(crate) fn strategic(ty: &Struct, from: &Value, to: &Value) -> Value {
    let empty = Map::new();
    let (old, new) = (from.as_map().unwrap_or(&empty), to.as_map().unwrap_or(&empty));
    let mut patch: Map =
        old.keys().filter(|key| !new.contains_key(key)).map(|key| (key.clone(), Value::Null)).collect();
    for (key, value) in new.iter() {
        let (_, field) = ty.field(key).expect("made by its type");
        match old.get(key) {
            Some(old) if old == value => {}
            None => drop(patch.insert(key.clone(), value.clone())),
            Some(old) => member(&mut patch, key, (&field.ty, &field.patch), old, value),
        }
    }
    Value::Map(patch)
}

fn member(patch: &mut Map, key: &Str, (ty, how): (&Type, &Patch), old: &Value, new: &Value) {
    match (ty, old, new) {
        (Type::Struct(_) | Type::Map(_), _, new) if how.replace => {
            drop(patch.insert(key.clone(), new.clone()))
        }
        (Type::Struct(ty), old, new) => drop(patch.insert(key.clone(), strategic(ty, old, new))),
        (Type::Map(ty), Value::Map(old), Value::Map(new)) => {
            let mut below: Map = old
                .keys()
                .filter(|key| !new.contains_key(key))
                .map(|key| (key.clone(), Value::Null))
                .collect();
            for (key, value) in new.iter() {
                match old.get(key) {
                    Some(old) if old == value => {}
                    None => drop(below.insert(key.clone(), value.clone())),
                    Some(old) => member(&mut below, key, (&ty.value, &Patch::default()), old, value),
                }
            }
            patch.insert(key.clone(), Value::Map(below));
        }
        (Type::List(list), Value::List(old), Value::List(new)) if how.merge => match &list.item {
            Type::Struct(item) => objects(patch, key, (item, &how.key), old, new),
            _ => primitives(patch, key, old, new),
        },
        _ => drop(patch.insert(key.clone(), new.clone())),
    }
}

fn objects(patch: &mut Map, key: &Str, (item, name): (&Struct, &str), old: &List, new: &List) {
    let find =
        |list: &List, wanted: &Value| list.iter().find(|item| item.get(name) == wanted.get(name)).cloned();
    let named = |value: &Value| {
        let mut map = Map::new();
        map.insert(name, value.get(name).cloned().unwrap_or_default());
        map
    };
    let mut changes: Vec<Value> = Vec::new();
    for value in new.iter() {
        match find(old, value) {
            None => changes.push(value.clone()),
            Some(old) if old == *value => {}
            Some(old) => {
                let Value::Map(mut change) = strategic(item, &old, value) else { continue };
                change.extend(named(value).take());
                changes.push(Value::Map(change));
            }
        }
    }
    for value in old.iter().filter(|value| find(new, value).is_none()) {
        let mut gone = named(value);
        gone.insert("$patch", "delete");
        changes.push(Value::Map(gone));
    }
    patch.insert(
        format!("$setElementOrder/{key}"),
        new.iter().map(|item| Value::Map(named(item))).collect::<Value>(),
    );
    patch.insert(key.clone(), changes.into_iter().collect::<Value>());
}

fn primitives(patch: &mut Map, key: &Str, old: &List, new: &List) {
    let only = |list: &List, other: &List| -> Value {
        list.iter().filter(|item| !other.contains(item)).cloned().collect()
    };
    patch.insert(format!("$deleteFromPrimitiveList/{key}"), only(old, new));
    patch.insert(format!("$setElementOrder/{key}"), Value::List(new.clone()));
    patch.insert(key.clone(), only(new, old));
}
