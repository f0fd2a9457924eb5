//! Definitions: a type becomes a schema, in the words of version 2 or 3, and brings the types it refers to.
//!
//! Version 2 has no defaults and lets `$ref` stand beside other keywords; version 3 wraps it in `allOf` there.

use super::Types;
use super::document::Object;
use super::field;
use crate::types::{Special, Struct};
use pintle_meta::{GroupVersion, GroupVersionKind, Map, Str, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A version of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    V2,
    V3,
}

/// Definitions by name, as an operation or another definition asks for them.
pub(super) struct Definitions<'a> {
    pub(super) types: &'a dyn Types,
    pub(super) dialect: Dialect,
    /// The one group version the document is about, when it is about one.
    pub(super) about: Option<&'a GroupVersion>,
    made: BTreeMap<Str, Value>,
    pending: Vec<(Str, Shape)>,
}

/// What a definition is made of.
enum Shape {
    Struct(Arc<Struct>),
    Special(Special),
    Ready(Value),
}

impl Dialect {
    /// What `$ref` holds for the definition of this name.
    pub(super) fn reference(self, name: &str) -> Value {
        let name = name.replace('~', "~0").replace('/', "~1");
        Value::from(match self {
            Dialect::V2 => format!("#/definitions/{name}"),
            Dialect::V3 => format!("#/components/schemas/{name}"),
        })
    }
}

impl<'a> Definitions<'a> {
    pub(super) fn new(
        types: &'a dyn Types,
        dialect: Dialect,
        about: Option<&'a GroupVersion>,
    ) -> Definitions<'a> {
        Definitions { types, dialect, about, made: BTreeMap::new(), pending: Vec::new() }
    }

    /// Asks for a definition by name; unknown names are left out, as nothing could be said of them.
    pub(super) fn want(&mut self, name: &str) {
        if let Some(ready) = self.types.ready(name, self.dialect == Dialect::V3) {
            self.enqueue(Str::from(name), Shape::Ready(ready));
        } else if let Some(ty) = self.types.definition(name) {
            self.want_struct(ty);
        }
    }

    /// Asks for the definition of a struct.
    pub(super) fn want_struct(&mut self, ty: &Arc<Struct>) {
        self.enqueue(ty.openapi_name.clone(), Shape::Struct(Arc::clone(ty)));
    }

    /// Asks for the definition of a type that marshals itself, and says what it is called.
    pub(super) fn want_special(&mut self, special: Special, owner: &Struct) -> Str {
        let name = special_name(special, owner);
        self.enqueue(name.clone(), Shape::Special(special));
        name
    }

    /// Everything that was asked for and all it refers to, sorted by name.
    pub(super) fn finish(mut self) -> Map {
        while let Some((name, shape)) = self.pending.pop() {
            let schema = match shape {
                Shape::Struct(ty) => self.of_struct(&ty),
                Shape::Special(special) => self.of_special(&name, special),
                Shape::Ready(schema) => {
                    self.want_references(&schema);
                    schema
                }
            };
            self.made.insert(name, schema);
        }
        self.made.into_iter().collect()
    }

    fn enqueue(&mut self, name: Str, shape: Shape) {
        if !self.made.contains_key(&name) {
            self.made.insert(name.clone(), Value::Null);
            self.pending.push((name, shape));
        }
    }

    fn of_struct(&mut self, ty: &Arc<Struct>) -> Value {
        let mut schema = Object::new();
        schema.describe(self.types.describe(&ty.openapi_name, None));
        schema.set("type", "object");
        let required: Value = ty
            .fields()
            .iter()
            .filter(|field| field.required)
            .map(|field| field.name.clone().into())
            .collect();
        schema.set_unless_empty("required", required);
        let mut properties: Vec<(Str, Value)> =
            ty.fields().iter().map(|one| (one.name.clone(), field::property(self, ty, one))).collect();
        properties.sort_by(|a, b| a.0.cmp(&b.0));
        let properties: Map = properties.into_iter().collect();
        schema.set_unless_empty("properties", Value::Map(properties));
        schema.set_unless_empty("x-kubernetes-group-version-kind", self.kinds(&ty.openapi_name));
        if ty.atomic {
            schema.set("x-kubernetes-map-type", "atomic");
        }
        schema.set_some("x-kubernetes-unions", self.types.unions(&ty.openapi_name));
        schema.finish()
    }

    fn of_special(&self, name: &str, special: Special) -> Value {
        let mut schema = Object::new();
        schema.describe(self.types.describe(name, None));
        let one_of = |types: [&str; 2]| -> Value {
            types.into_iter().map(|ty| Value::from([("type", ty.into())])).collect()
        };
        match (special, self.dialect) {
            (Special::Time | Special::MicroTime, _) => {
                schema.set("type", "string");
                schema.set("format", "date-time");
            }
            (Special::Duration, _) | (Special::Quantity, Dialect::V2) => schema.set("type", "string"),
            (Special::Quantity, Dialect::V3) => schema.set("oneOf", one_of(["string", "number"])),
            (Special::IntOrString, Dialect::V2) => {
                schema.set("type", "string");
                schema.set("format", "int-or-string");
            }
            (Special::IntOrString, Dialect::V3) => {
                schema.set("format", "int-or-string");
                schema.set("oneOf", one_of(["integer", "string"]));
            }
            (Special::RawExtension | Special::FieldsV1, _) => schema.set("type", "object"),
            // Any JSON at all: nothing can be said of it.
            (
                Special::Json | Special::SchemaOrArray | Special::SchemaOrBool | Special::SchemaOrStrings,
                _,
            ) => {}
        }
        schema.finish()
    }

    /// The kinds a definition stands for. A type that every group version registers (options of requests,
    /// watch events) names all of them, or of a document about one: that one and core's.
    fn kinds(&self, name: &str) -> Value {
        let kinds = self.types.kinds_of(name);
        let relevant = |kind: &&GroupVersionKind| match self.about {
            Some(about) if kinds.len() > 1 => {
                (kind.group.is_empty() && kind.version == "v1") || kind.group_version() == *about
            }
            _ => true,
        };
        kinds.iter().filter(relevant).map(kind_value).collect()
    }

    /// Asks for what a ready-made schema refers to.
    fn want_references(&mut self, schema: &Value) {
        match schema {
            Value::Map(map) => {
                if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next())
                {
                    self.want(&name.replace("~1", "/").replace("~0", "~"));
                }
                map.values().for_each(|value| self.want_references(value));
            }
            Value::List(items) => items.iter().for_each(|item| self.want_references(item)),
            _ => {}
        }
    }
}

/// `{"group": ..., "kind": ..., "version": ...}`
pub(super) fn kind_value(kind: &GroupVersionKind) -> Value {
    Value::from([
        ("group", kind.group.clone().into()),
        ("kind", kind.kind.clone().into()),
        ("version", kind.version.clone().into()),
    ])
}

/// Types of the apimachinery have one home; those of CRD schemas live beside the struct that uses them.
fn special_name(special: Special, owner: &Struct) -> Str {
    let own = |name: &str| {
        let package = owner.openapi_name.rsplit_once('.').map_or("", |(package, _)| package);
        Str::from(format!("{package}.{name}"))
    };
    match special {
        Special::Time => "io.k8s.apimachinery.pkg.apis.meta.v1.Time".into(),
        Special::MicroTime => "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime".into(),
        Special::Duration => "io.k8s.apimachinery.pkg.apis.meta.v1.Duration".into(),
        Special::FieldsV1 => "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1".into(),
        Special::Quantity => "io.k8s.apimachinery.pkg.api.resource.Quantity".into(),
        Special::IntOrString => "io.k8s.apimachinery.pkg.util.intstr.IntOrString".into(),
        Special::RawExtension => "io.k8s.apimachinery.pkg.runtime.RawExtension".into(),
        Special::Json => own("JSON"),
        Special::SchemaOrArray => own("JSONSchemaPropsOrArray"),
        Special::SchemaOrBool => own("JSONSchemaPropsOrBool"),
        Special::SchemaOrStrings => own("JSONSchemaPropsOrStringArray"),
    }
}
