//! The walk: one serde seed per type. `None` stands for JSON null, which leaves a Go value as it is.

use super::complaint::{Complaints, Step, Words};
use super::normal::{Slots, assemble, nil_item};
use super::special;
use crate::types::{Field, IntType, ListType, MapType, Special, Struct, Type};
use pintle_meta::value::{DEPTH_MAX, float_text};
use pintle_meta::{List, Map, Str, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use smallvec::SmallVec;
use std::fmt;

/// Decodes a struct at the root.
pub(super) struct StructSeed<'a, 'c> {
    ty: &'a Struct,
    complaints: &'c mut Complaints<'a>,
}

impl<'a, 'c> StructSeed<'a, 'c> {
    pub(super) fn root(ty: &'a Struct, complaints: &'c mut Complaints<'a>) -> Self {
        StructSeed { ty, complaints }
    }
}

impl<'de> DeserializeSeed<'de> for StructSeed<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        let go_type = self.ty.go_type.as_str();
        deserializer.deserialize_any(Walk {
            want: Want::Struct(self.ty),
            go_type,
            former: None,
            complaints: self.complaints,
        })
    }
}

/// A value that is not of its type.
#[derive(Clone, Copy)]
enum Found {
    Bool,
    Int(i64),
    Float(f64),
    String,
    Array,
    Object,
}

impl Found {
    /// As Go's JSON decoder calls it; where an integer is wanted, numbers are shown.
    fn json_words(self, is_integer: bool) -> String {
        match self {
            Found::Int(value) if is_integer => format!("number {value}"),
            Found::Float(value) if is_integer => format!("number {}", float_text(value)),
            Found::Int(_) | Found::Float(_) => "number".to_owned(),
            Found::Bool => "bool".to_owned(),
            Found::String => "string".to_owned(),
            Found::Array => "array".to_owned(),
            Found::Object => "object".to_owned(),
        }
    }

    /// As Go's reflection calls it.
    fn go_kind(self) -> &'static str {
        match self {
            Found::Bool => "bool",
            Found::Int(_) => "int64",
            Found::Float(_) => "float64",
            Found::String => "string",
            Found::Array => "slice",
            Found::Object => "map",
        }
    }
}

/// What the converter of untyped documents says (apimachinery's runtime.UnstructuredConverter).
fn unstructured_words(want: Want<'_>, go_type: &str, found: Found) -> String {
    let kind = found.go_kind();
    match want {
        Want::Struct(_) | Want::Type(Type::Struct(_)) => format!("cannot restore struct from: {kind}"),
        Want::Type(Type::Map(_)) => format!("cannot restore map from {kind}"),
        Want::Type(Type::List(_) | Type::Bytes) => format!("cannot restore slice from {kind}"),
        // Go's own conversions: an integer becomes a string by reflection's rules, a float an integer.
        Want::Type(Type::String) if matches!(found, Found::Int(_)) => {
            format!("cannot convert {kind} to {go_type}")
        }
        Want::Type(Type::Int(_)) if matches!(found, Found::Float(_)) => {
            format!("cannot convert {kind} to {go_type}")
        }
        Want::Type(Type::Bool) => "unrecognized type: bool".to_owned(),
        Want::Type(Type::String) => "unrecognized type: string".to_owned(),
        Want::Type(Type::Int(int)) => format!("unrecognized type: {}", int.go_kind()),
        Want::Type(_) => format!("unrecognized type: {go_type}"),
    }
}

/// What a place holds, seen from the walk.
#[derive(Clone, Copy)]
enum Want<'a> {
    Type(&'a Type),
    Struct(&'a Struct),
}

/// Decodes one value.
struct Walk<'a, 'c> {
    want: Want<'a>,
    go_type: &'a str,
    /// What the place holds already, of a member that is given once more: Go decodes into it.
    former: Option<Value>,
    complaints: &'c mut Complaints<'a>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Walk<'a, '_> {
    fn special(&self) -> Option<Special> {
        match self.want {
            Want::Type(Type::Special(special)) => Some(*special),
            _ => None,
        }
    }

    /// Records a wrong type and goes on with nothing.
    fn mismatch(self, found: Found) -> Option<Value> {
        let text = match self.complaints.words {
            Words::Json => {
                let is_integer = matches!(self.want, Want::Type(Type::Int(_)));
                self.complaints.type_error(&found.json_words(is_integer), self.go_type)
            }
            Words::Unstructured => unstructured_words(self.want, self.go_type, found),
        };
        self.complaints.remember(text);
        None
    }

    /// Hands a whole value to a type that unmarshals itself.
    fn unmarshal<E: Error>(self, special: Special, value: Value) -> Result<Option<Value>, E> {
        match special::unmarshal(special, value) {
            Ok(value) => Ok(value),
            Err(special::Refusal::Type { found, wanted }) => {
                let text = self.complaints.type_error(&found, wanted);
                self.complaints.abort(text);
                Err(E::custom("refused by its type"))
            }
            Err(special::Refusal::Text(text)) => {
                self.complaints.abort(text);
                Err(E::custom("refused by its type"))
            }
        }
    }

    fn number<E: Error>(self, number: Value) -> Result<Option<Value>, E> {
        if let Some(special) = self.special() {
            return self.unmarshal(special, number);
        }
        let wraps = self.complaints.words == Words::Unstructured;
        match (self.want, &number) {
            (Want::Type(Type::Int(int)), Value::Int(value)) if int.fits(*value) => Ok(Some(number)),
            (Want::Type(Type::Int(int)), Value::Int(value)) if wraps => {
                Ok(Some(Value::Int(int.wrap(*value))))
            }
            (Want::Type(Type::Int(int)), Value::Float(value)) if wraps && value.fract() == 0.0 => {
                Ok(Some(Value::Int(int.wrap(*value as i64))))
            }
            (Want::Type(Type::Int(_)), Value::Float(value)) if *value == 0.0 && value.is_sign_negative() => {
                Ok(Some(Value::Int(0)))
            }
            (Want::Type(Type::Float), Value::Int(value)) => Ok(Some(Value::Float(*value as f64))),
            (Want::Type(Type::Float), _) => Ok(Some(number)),
            (_, Value::Int(value)) => Ok(self.mismatch(Found::Int(*value))),
            (_, Value::Float(value)) => Ok(self.mismatch(Found::Float(*value))),
            _ => Ok(self.mismatch(Found::Int(0))),
        }
    }
}

impl<'de, 'a> Visitor<'de> for Walk<'a, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.go_type)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Value>, E> {
        match self.special() {
            Some(special) => self.unmarshal(special, Value::Null),
            None => Ok(None),
        }
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Option<Value>, E> {
        match self.want {
            Want::Type(Type::Bool) => Ok(Some(Value::Bool(flag))),
            Want::Type(Type::Special(special)) => self.unmarshal(*special, Value::Bool(flag)),
            _ => Ok(self.mismatch(Found::Bool)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<Value>, E> {
        self.number(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<Value>, E> {
        self.number(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Option<Value>, E> {
        self.number(Value::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<Value>, E> {
        match self.want {
            Want::Type(Type::String) => Ok(Some(Value::from(text))),
            Want::Type(Type::Bytes) => match special::bytes(text) {
                Ok(value) => Ok(Some(value)),
                Err(error) => {
                    self.complaints.remember(error);
                    Ok(None)
                }
            },
            Want::Type(Type::Special(special)) => self.unmarshal(*special, Value::from(text)),
            _ => Ok(self.mismatch(Found::String)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Value>, A::Error> {
        match self.want {
            Want::Type(Type::List(list)) => self.list(list, seq),
            Want::Type(Type::Bytes) => {
                let numbers: Option<Vec<u8>> = collect_bytes(&mut seq)?;
                Ok(numbers.map(|bytes| special::encoded(&bytes)))
            }
            Want::Type(Type::Special(special)) => {
                let mut list = List::new();
                while let Some(item) = seq.next_element::<Value>()? {
                    list.push(item);
                }
                self.unmarshal(*special, Value::List(list))
            }
            _ => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(self.mismatch(Found::Array))
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Option<Value>, A::Error> {
        match self.want {
            Want::Struct(ty) => self.structure(ty, access),
            Want::Type(Type::Struct(ty)) => self.structure(ty, access),
            Want::Type(Type::Map(map)) => self.map(map, access),
            Want::Type(Type::Special(special)) => {
                let mut entries: Vec<(Str, Value)> = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    entries.push(entry);
                }
                self.unmarshal(*special, Value::Map(Map::from_entries(entries, |_| {})))
            }
            _ => {
                while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(self.mismatch(Found::Object))
            }
        }
    }
}

impl<'a> Walk<'a, '_> {
    fn structure<'de, A: MapAccess<'de>>(
        self,
        ty: &'a Struct,
        mut access: A,
    ) -> Result<Option<Value>, A::Error> {
        let mut slots = former_slots(ty, self.former.as_ref());
        let mut seen: SmallVec<[u64; 2]> = SmallVec::from_elem(0, ty.fields().len() / 64 + 1);
        while let Some(key) = access.next_key_seed(FieldKey(ty))? {
            let (at, field) = match key {
                Key::Field(at, field) => (at, field),
                Key::Unknown(name) => {
                    self.complaints.unknown(&name);
                    access.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let again = seen[at / 64] & (1 << (at % 64)) != 0;
            seen[at / 64] |= 1 << (at % 64);
            if again {
                self.complaints.duplicate(&field.name);
            }
            let former = if again || self.former.is_some() { take(&mut slots, at) } else { None };
            self.complaints.enter(Step::Field(ty, field));
            let walk = Walk {
                want: Want::Type(&field.ty),
                go_type: &field.go_type,
                former: former.clone(),
                complaints: &mut *self.complaints,
            };
            let value = access.next_value_seed(walk)?;
            self.complaints.leave();
            // Null empties what can be nil, and leaves anything else as it is.
            if let Some(value) = value.or(former.filter(|_| !is_nillable(field))) {
                slots.push((u16::try_from(at).unwrap_or(u16::MAX), value));
            }
        }
        Ok(Some(assemble(ty, slots)))
    }

    fn list<'de, A: SeqAccess<'de>>(self, ty: &'a ListType, mut seq: A) -> Result<Option<Value>, A::Error> {
        let go_type = item_go_type(self.go_type, &ty.item);
        let mut list = List::with_capacity(seq.size_hint().unwrap_or(0).min(DEPTH_MAX));
        loop {
            self.complaints.enter(Step::Index(list.len()));
            let want = Want::Type(&ty.item);
            let walk = Walk { want, go_type, former: None, complaints: &mut *self.complaints };
            let item = seq.next_element_seed(walk)?;
            self.complaints.leave();
            match item {
                Some(item) => list.push(item.unwrap_or_else(|| nil_item(ty.pointer_items, &ty.item))),
                None => return Ok(Some(Value::List(list))),
            }
        }
    }

    fn map<'de, A: MapAccess<'de>>(self, ty: &'a MapType, mut access: A) -> Result<Option<Value>, A::Error> {
        let go_type = item_go_type(self.go_type, &ty.value);
        let former = self.former.as_ref().and_then(Value::as_map).into_iter().flat_map(Map::iter);
        let mut entries: Vec<(Str, Value)> =
            former.map(|(key, value)| (key.clone(), value.clone())).collect();
        let mut keys = std::collections::HashSet::new();
        while let Some(key) = access.next_key::<Str>()? {
            if !keys.insert(key.clone()) {
                self.complaints.duplicate(&key);
            }
            self.complaints.enter(Step::Key(key.clone()));
            let want = Want::Type(&ty.value);
            let walk = Walk { want, go_type, former: None, complaints: &mut *self.complaints };
            let value = access.next_value_seed(walk)?;
            self.complaints.leave();
            entries.push((key, value.unwrap_or_else(|| nil_item(false, &ty.value))));
        }
        let mut map = Map::from_entries(entries, |_| {});
        map.sort();
        Ok(Some(Value::Map(map)))
    }
}

/// What the struct holds already: members of a struct or map that is given again stay, unless they are given again, too.
fn former_slots(ty: &Struct, former: Option<&Value>) -> Slots {
    let members = former.and_then(Value::as_map).into_iter().flat_map(Map::iter);
    let slots = members.filter_map(|(name, value)| {
        let (at, _) = ty.field(name)?;
        Some((u16::try_from(at).ok()?, value.clone()))
    });
    slots.collect()
}

fn take(slots: &mut Slots, at: usize) -> Option<Value> {
    let found = slots.iter().position(|(slot, _)| usize::from(*slot) == at)?;
    Some(slots.swap_remove(found).1)
}

fn is_nillable(field: &Field) -> bool {
    field.pointer || matches!(field.ty, Type::List(_) | Type::Map(_) | Type::Bytes)
}

/// The Go type of a list's items or a map's values, from the container's.
fn item_go_type<'a>(container: &'a str, item: &'a Type) -> &'a str {
    if let Some(rest) = container.strip_prefix("[]") {
        return rest.trim_start_matches('*');
    }
    if let Some((_, rest)) = container.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return rest.trim_start_matches('*');
    }
    match item {
        Type::Struct(ty) => &ty.go_type,
        Type::Special(Special::Quantity) => "resource.Quantity",
        Type::Special(Special::IntOrString) => "intstr.IntOrString",
        Type::Bool => "bool",
        Type::Int(IntType::I64) => "int64",
        Type::Int(_) => "int32",
        Type::Float => "float64",
        _ => "string",
    }
}

fn collect_bytes<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<Option<Vec<u8>>, A::Error> {
    let mut bytes = Some(Vec::new());
    while let Some(item) = seq.next_element::<Value>()? {
        let byte = item.as_int().and_then(|number| u8::try_from(number).ok());
        bytes = bytes.zip(byte).map(|(mut bytes, byte)| {
            bytes.push(byte);
            bytes
        });
    }
    Ok(bytes)
}

/// Looks a key up in a struct without copying it.
struct FieldKey<'a>(&'a Struct);

enum Key<'a> {
    Field(usize, &'a Field),
    Unknown(String),
}

impl<'de, 'a> DeserializeSeed<'de> for FieldKey<'a> {
    type Value = Key<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'a>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for FieldKey<'a> {
    type Value = Key<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key<'a>, E> {
        Ok(match self.0.field(name) {
            Some((at, field)) => Key::Field(at, field),
            None => Key::Unknown(name.to_owned()),
        })
    }
}
