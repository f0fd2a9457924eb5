//! Documents out of bytes: the same bytes make the same document, fewer make a smaller one, and none the empty one.

use pintle_catalog::catalog;
use pintle_meta::{List, Map, Str, Value};
use pintle_schema::resource::Version;
use pintle_schema::types::{ListType, Ownership, Special};
use pintle_schema::{Resource, Struct, Type};
use std::sync::Arc;

/// Below this, structs, lists and maps stay empty: some types contain themselves.
const DEPTH_MAX: usize = 8;

/// Metadata that only the server says, and nobody owns.
const OF_THE_SERVER: [&str; 8] = [
    "managedFields",
    "resourceVersion",
    "uid",
    "generateName",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "generation",
];

/// Bytes that choices are made by; zeros after the last.
#[derive(Debug)]
pub(crate) struct Choices<'a>(pub(crate) &'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// One of `0..count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let byte = usize::from(self.byte());
        let number = if count > 256 { byte * 256 + usize::from(self.byte()) } else { byte };
        number % count.max(1)
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}

/// A stored resource, and one of its versions.
pub(crate) fn kind(choices: &mut Choices<'_>) -> (Arc<Resource>, usize) {
    let stored: Vec<&Arc<Resource>> =
        catalog().resources().iter().filter(|resource| resource.storage.is_some()).collect();
    let resource = stored[choices.below(stored.len())].clone();
    let version = choices.below(resource.versions.len());
    (resource, version)
}

/// A document of this version, as a client may write it.
pub(crate) fn document(choices: &mut Choices<'_>, version: &Version) -> Value {
    let Value::Map(mut map) = members(choices, &version.schema, 0) else { return Value::Null };
    map.insert("apiVersion", version.group_version().to_string());
    map.insert("kind", version.kind.kind.clone());
    let metadata = map.entry("metadata");
    if !matches!(metadata, Value::Map(_)) {
        *metadata = Value::map();
    }
    if let Value::Map(metadata) = metadata {
        // What the server says, and nobody applies.
        metadata.retain(|name, _| !OF_THE_SERVER.contains(&name));
        metadata.insert("name", "some");
        // Who applies nothing that can be owned is forgotten.
        let mut labels =
            metadata.remove("labels").filter(|labels| !labels.is_null()).unwrap_or_else(Value::map);
        if let Some(labels) = labels.as_map_mut() {
            labels.insert("always", "there");
        }
        metadata.insert("labels", labels);
    }
    Value::Map(map)
}

fn members(choices: &mut Choices<'_>, ty: &Struct, depth: usize) -> Value {
    let mut map = Map::new();
    let fields = ty.fields();
    let count = if fields.is_empty() { 0 } else { choices.below(if depth < 2 { 6 } else { 4 }) };
    for _ in 0..count {
        let field = &fields[choices.below(fields.len())];
        if let Some(made) = value(choices, &field.ty, depth + 1) {
            // A list that patches merge by a key must not hold two items of it.
            let made = match made {
                Value::List(items) if field.patch.merge => Value::List(once_each(items, &field.patch.key)),
                other => other,
            };
            map.insert(field.name.clone(), made);
        }
    }
    Value::Map(map)
}

fn value(choices: &mut Choices<'_>, ty: &Type, depth: usize) -> Option<Value> {
    if depth > DEPTH_MAX && matches!(ty, Type::Struct(_) | Type::List(_) | Type::Map(_)) {
        return None;
    }
    Some(match ty {
        Type::Bool => Value::Bool(choices.byte().is_multiple_of(2)),
        Type::Int(_) => Value::Int([1, 0, 2, 3, 80, 127][choices.below(6)]),
        Type::Float => Value::Float(1.5),
        Type::String => text(choices),
        Type::Bytes => choices.one_of(&["YQ==", "", "YmM="]).into(),
        Type::Special(special) => special_value(choices, *special),
        Type::Struct(ty) => members(choices, ty, depth),
        Type::List(list) => items(choices, list, depth),
        Type::Map(map) => {
            let mut made = Map::new();
            for _ in 0..choices.below(4) {
                let key = choices.one_of(&["a", "b", "c", "d.example/e", "ü"]);
                if let Some(value) = value(choices, &map.value, depth + 1) {
                    made.insert(key, value);
                }
            }
            Value::Map(made)
        }
    })
}

fn text(choices: &mut Choices<'_>) -> Value {
    choices.one_of(&["a", "b", "c", "", "TCP", "UDP", "some longer text of thirty letters", "\"ü\\\n"]).into()
}

fn special_value(choices: &mut Choices<'_>, special: Special) -> Value {
    let any = |choices: &mut Choices<'_>| match choices.below(4) {
        0 => Value::from("a"),
        1 => Value::Int(2),
        2 => [Value::from("a"), Value::Int(3)].into_iter().collect(),
        _ => Value::Map([("a".into(), Value::Int(1)), ("b".into(), text(choices))].into_iter().collect()),
    };
    match special {
        Special::Time => choices.one_of(&["2026-01-02T03:04:05Z", "2027-01-02T03:04:05Z"]).into(),
        Special::MicroTime => "2026-01-02T03:04:05.000006Z".into(),
        Special::Duration => choices.one_of(&["5s", "1m0s"]).into(),
        Special::Quantity => choices.one_of(&["1", "500m", "2Gi"]).into(),
        Special::IntOrString => match choices.below(2) {
            0 => Value::Int(80),
            _ => Value::from("http"),
        },
        Special::RawExtension | Special::FieldsV1 => {
            let mut map = Map::new();
            map.insert("f:a", Value::map());
            map.insert("f:b", Value::map());
            Value::Map(map)
        }
        Special::Json => any(choices),
        Special::SchemaOrArray => Value::Map([("type".into(), Value::from("string"))].into_iter().collect()),
        Special::SchemaOrBool => Value::Bool(choices.byte().is_multiple_of(2)),
        Special::SchemaOrStrings => [Value::from("a"), Value::from("b")].into_iter().collect(),
    }
}

fn items(choices: &mut Choices<'_>, ty: &ListType, depth: usize) -> Value {
    let mut made: Vec<Value> = Vec::new();
    for _ in 0..choices.below(4) {
        let Some(mut item) = value(choices, &ty.item, depth + 1) else { break };
        if choices.is_over() && !made.is_empty() {
            break;
        }
        match &ty.ownership {
            Ownership::Map(keys) => {
                set_keys(choices, ty, keys, &mut item);
                let known = |item: &Value| keys.iter().map(|key| item.get(key).cloned()).collect::<Vec<_>>();
                if made.iter().any(|other| known(other) == known(&item)) {
                    continue;
                }
            }
            Ownership::Set if made.contains(&item) => continue,
            _ => {}
        }
        made.push(item);
    }
    made.into_iter().collect()
}

/// An item is known by its keys: it has them, even those that have a default.
fn set_keys(choices: &mut Choices<'_>, ty: &ListType, keys: &[Str], item: &mut Value) {
    let (Some(schema), Some(map)) = (ty.item.as_struct(), item.as_map_mut()) else { return };
    for key in keys {
        let Some((_, field)) = schema.field(key) else { continue };
        let key_value = match &field.ty {
            Type::String => Value::from(choices.one_of(&["a", "b", "c"])),
            Type::Int(_) => Value::Int([80, 81, 82][choices.below(3)]),
            other => value(choices, other, 0).unwrap_or_default(),
        };
        map.insert(key.clone(), key_value);
    }
}

fn once_each(items: List, key: &str) -> List {
    let mut kept: Vec<Value> = Vec::new();
    for item in items.iter() {
        let (known, is_map) = (item.get(key), item.as_map().is_some());
        let doubled = match is_map {
            true => known.is_none() || kept.iter().any(|other| other.get(key) == known),
            false => kept.contains(item),
        };
        if !doubled {
            kept.push(item.clone());
        }
    }
    match kept.into_iter().collect() {
        Value::List(list) => list,
        _ => List::new(),
    }
}

/// The document without members that say nothing: Go prints few of them, though who applies them owns them.
pub(crate) fn without_empty(document: Value) -> Value {
    match document {
        Value::Map(mut map) => {
            let entries = map.take().map(|(name, value)| (name, without_empty(value)));
            Value::Map(entries.filter(|(_, value)| !value.is_empty()).collect())
        }
        Value::List(mut list) => list.take().map(without_empty).collect(),
        other => other,
    }
}
