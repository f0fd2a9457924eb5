//! Properties: a field of a struct becomes a schema.

use super::definition::{Definitions, Dialect};
use super::document::{Object, single};
use crate::types::{Field, IntType, Members, Ownership, Struct, Type};
use pintle_meta::Value;

/// The schema of one field of `owner`; asks `definitions` for what it refers to.
pub(super) fn property(definitions: &mut Definitions<'_>, owner: &Struct, field: &Field) -> Value {
    let mut schema = Object::new();
    schema.describe(definitions.types.describe(&owner.openapi_name, Some(&field.name)));
    let allowed: Value = field.allowed.iter().map(|value| Value::from(value.clone())).collect();
    let words = Words::of(definitions, owner, &field.ty, &allowed);
    if let Some(ty) = words.ty {
        schema.set("type", ty);
    }
    if let Some(format) = words.format {
        schema.set("format", format);
    }
    if definitions.dialect == Dialect::V3 {
        schema.set_some("default", field.published_default());
    }
    schema.set_some("enum", words.allowed);
    schema.set_some("items", words.items);
    schema.set_some("additionalProperties", words.additional);
    let extensions = extensions(field);
    if let Some(reference) = words.reference {
        let alone = schema.is_empty() && extensions.is_empty();
        match definitions.dialect {
            Dialect::V3 if !alone => {
                schema.set("allOf", [single("$ref", reference)].into_iter().collect::<Value>());
            }
            _ => schema.set("$ref", reference),
        }
    }
    for (key, value) in extensions {
        schema.set(key, value);
    }
    schema.finish()
}

/// What a type alone says.
#[derive(Default)]
struct Words {
    ty: Option<&'static str>,
    format: Option<&'static str>,
    allowed: Option<Value>,
    items: Option<Value>,
    additional: Option<Value>,
    reference: Option<Value>,
}

impl Words {
    /// `allowed` are the values of the text at the bottom of the type, below lists and maps.
    fn of(definitions: &mut Definitions<'_>, owner: &Struct, ty: &Type, allowed: &Value) -> Words {
        let scalar = |ty, format| Words { ty: Some(ty), format, ..Words::default() };
        match ty {
            Type::Bool => scalar("boolean", None),
            Type::Int(width) => scalar("integer", Some(int_format(*width))),
            Type::Float => scalar("number", Some("double")),
            Type::String => {
                let allowed = Some(allowed.clone()).filter(|allowed| !allowed.is_empty());
                Words { allowed, ..scalar("string", None) }
            }
            Type::Bytes => scalar("string", Some("byte")),
            Type::Special(special) => {
                let name = definitions.want_special(*special, owner);
                Words { reference: Some(definitions.dialect.reference(&name)), ..Words::default() }
            }
            Type::Struct(ty) => {
                definitions.want_struct(ty);
                Words { reference: Some(definitions.dialect.reference(&ty.openapi_name)), ..Words::default() }
            }
            Type::List(list) => {
                let item = Words::of(definitions, owner, &list.item, allowed).schema();
                Words { items: Some(item), ..scalar("array", None) }
            }
            Type::Map(map) => {
                let value = Words::of(definitions, owner, &map.value, allowed).schema();
                Words { additional: Some(value), ..scalar("object", None) }
            }
        }
    }

    fn schema(self) -> Value {
        let mut schema = Object::new();
        schema.set_some("type", self.ty.map(Value::from));
        schema.set_some("format", self.format.map(Value::from));
        schema.set_some("enum", self.allowed);
        schema.set_some("items", self.items);
        schema.set_some("additionalProperties", self.additional);
        schema.set_some("$ref", self.reference);
        schema.finish()
    }
}

fn int_format(width: IntType) -> &'static str {
    match width {
        IntType::U8 => "byte",
        IntType::I8 | IntType::I16 | IntType::I32 | IntType::U16 => "int32",
        IntType::I64 | IntType::U32 => "int64",
    }
}

/// Vendor extensions of a field, sorted by name.
fn extensions(field: &Field) -> Vec<(&'static str, Value)> {
    let mut made = Vec::new();
    if let Type::List(list) = &field.ty {
        match &list.ownership {
            Ownership::Unsaid => {}
            Ownership::Atomic => made.push(("x-kubernetes-list-type", "atomic".into())),
            Ownership::Set => made.push(("x-kubernetes-list-type", "set".into())),
            Ownership::Map(keys) => {
                let keys = keys.iter().map(|key| Value::from(key.clone())).collect();
                made.push(("x-kubernetes-list-map-keys", keys));
                made.push(("x-kubernetes-list-type", "map".into()));
            }
        }
    }
    match field.members {
        Members::Unsaid => {}
        Members::Atomic if matches!(field.ty, Type::Bytes) => {
            made.push(("x-kubernetes-list-type", "atomic".into()))
        }
        Members::Atomic => made.push(("x-kubernetes-map-type", "atomic".into())),
        Members::Granular => made.push(("x-kubernetes-map-type", "granular".into())),
    }
    if !field.patch.key.is_empty() {
        made.push(("x-kubernetes-patch-merge-key", field.patch.key.clone().into()));
    }
    let patch = &field.patch;
    let strategies = [(patch.merge, "merge"), (patch.replace, "replace"), (patch.retain_keys, "retainKeys")];
    let strategies: Vec<&str> =
        strategies.into_iter().filter(|(said, _)| *said).map(|(_, word)| word).collect();
    if !strategies.is_empty() {
        made.push(("x-kubernetes-patch-strategy", strategies.join(",").into()));
    }
    made
}
