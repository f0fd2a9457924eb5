//! Parameters: those of every request, and those that the fields of an options type become.

use super::Types;
use super::operation::{Parameter, Place};
use crate::types::{Struct, Type};
use pintle_meta::Str;

/// The object's name; `kind` is what the operation sends or answers.
pub(super) fn name(kind: &str) -> Parameter {
    path_parameter("name", &format!("name of the {kind}"))
}

/// The namespace.
pub(super) fn namespace() -> Parameter {
    path_parameter("namespace", "namespace that holds the object")
}

/// What follows a proxied object.
pub(super) fn subpath() -> Parameter {
    path_parameter("path", "what to ask the object for")
}

/// Whether the answer is indented.
pub(super) fn pretty() -> Parameter {
    let description =
        Str::from("Whether to indent the answer; off when absent, except for browsers, curl and wget.");
    Parameter { name: Str::from("pretty"), place: Place::Query, ty: "string", description }
}

/// The fields of `options` that can stand in a query, without those named in `hidden`.
pub(super) fn of_options(types: &dyn Types, options: &Struct, hidden: &[&str]) -> Vec<Parameter> {
    let mut made = Vec::new();
    for field in options.fields() {
        let own = !field.go_name.starts_with("TypeMeta.") && !hidden.contains(&field.name.as_str());
        if let Some(ty) = query_type(&field.ty).filter(|_| own) {
            let description = types.describe(&options.openapi_name, Some(&field.name)).unwrap_or_default();
            let description = Str::from(description);
            made.push(Parameter { name: field.name.clone(), place: Place::Query, ty, description });
        }
    }
    made
}

fn path_parameter(name: &str, description: &str) -> Parameter {
    Parameter { name: name.into(), place: Place::Path, ty: "string", description: description.into() }
}

/// Queries hold scalars; a list is its item, given several times.
fn query_type(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Bool => Some("boolean"),
        Type::Int(_) => Some("integer"),
        Type::Float => Some("number"),
        Type::String => Some("string"),
        Type::List(list) => query_type(&list.item),
        Type::Bytes | Type::Special(_) | Type::Struct(_) | Type::Map(_) => None,
    }
}
