//! Version 3: a document for each group version, and small ones for what has none.

use super::Api;
use super::definition::{Definitions, Dialect, kind_value};
use super::document::{Object, single, texts};
use super::operation::{self, Method, Model, Operation, Parameter, has};
use super::{resource, server};
use pintle_meta::{GroupVersion, Map, Str, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Title and version of documents about custom resources.
const CUSTOM: (&str, &str) = ("Kubernetes CRD Swagger", "v0.1.0");

/// Names of all documents, sorted: `api/v1`, `apis/apps`, `apis/apps/v1`, `version`...
pub fn names(api: &Api<'_>) -> BTreeSet<String> {
    let fixed = [".well-known/openid-configuration", "api", "apis", "openid/v1/jwks", "version"];
    let mut names: BTreeSet<String> = fixed.into_iter().map(str::to_owned).collect();
    for group_version in served(api) {
        if !group_version.group.is_empty() && !is_custom(api, &group_version.group) {
            names.insert(format!("apis/{}", group_version.group));
        }
        names.insert(server::root(&group_version).trim_matches('/').to_owned());
    }
    names
}

/// The document of this name; `None` when there is none.
pub fn document(api: &Api<'_>, name: &str) -> Option<Value> {
    let group_version = served(api).into_iter().find(|gv| server::root(gv).trim_matches('/') == name);
    let operations = match (&group_version, name) {
        (Some(group_version), _) => of_group_version(api, group_version),
        (None, ".well-known/openid-configuration") => vec![server::issuer()],
        (None, "openid/v1/jwks") => vec![server::keys()],
        (None, "version") => vec![server::version()],
        (None, "api") => vec![server::core_versions()],
        (None, "apis") => vec![server::groups()],
        (None, other) => {
            let group = other.strip_prefix("apis/")?;
            served(api).iter().find(|gv| gv.group == group && !is_custom(api, group))?;
            vec![server::group(group)]
        }
    };
    Some(write(api, group_version.as_ref(), operations))
}

/// Every group version with a served resource, sorted.
pub(super) fn served(api: &Api<'_>) -> BTreeSet<GroupVersion> {
    let versions = api.resources.iter().flat_map(|resource| &resource.versions);
    versions.filter(|version| version.served).map(|version| version.group_version()).collect()
}

/// Whether all resources of a group are custom ones; nothing is said of such a group but its resources.
pub(super) fn is_custom(api: &Api<'_>, group: &str) -> bool {
    let mut versions = api.resources.iter().filter(|one| one.group == group).flat_map(|one| &one.versions);
    versions.all(|version| api.types.custom(&version.schema.openapi_name))
}

/// The operations of a group version.
pub(super) fn of_group_version(api: &Api<'_>, group_version: &GroupVersion) -> Vec<Operation> {
    let mut made = match is_custom(api, &group_version.group) {
        true => Vec::new(),
        false => vec![server::resources(group_version)],
    };
    for one in api.resources.iter().filter(|one| one.group == group_version.group) {
        if let Some(version) = one.version(&group_version.version).filter(|version| version.served) {
            made.extend(resource::operations(api.types, one, version));
        }
    }
    made
}

/// Operations by their paths, sorted.
pub(super) fn by_path(operations: Vec<Operation>) -> BTreeMap<String, Vec<Operation>> {
    let mut paths: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
    for operation in operations {
        paths.entry(operation.path.clone()).or_default().push(operation);
    }
    paths
}

fn write(api: &Api<'_>, about: Option<&GroupVersion>, operations: Vec<Operation>) -> Value {
    let mut definitions = Definitions::new(api.types, Dialect::V3, about);
    let paths: Map = by_path(operations)
        .into_iter()
        .map(|(path, operations)| (Str::from(path), item(&mut definitions, &operations)))
        .collect();
    let mut components = Object::new();
    components.set_unless_empty("schemas", Value::Map(definitions.finish()));
    let custom = about.is_some_and(|about| is_custom(api, &about.group));
    if !custom {
        components.set("securitySchemes", single("BearerToken", token()));
    }
    let (title, version) = if custom { CUSTOM } else { ("Kubernetes", api.version) };
    Value::from([
        ("openapi", "3.0.0".into()),
        ("info", Value::from([("title", title.into()), ("version", version.into())])),
        ("paths", Value::Map(paths)),
        ("components", components.finish()),
    ])
}

fn token() -> Value {
    Value::from([
        ("type", "apiKey".into()),
        ("description", "Bearer Token authentication".into()),
        ("name", "authorization".into()),
        ("in", "header".into()),
    ])
}

fn item(definitions: &mut Definitions<'_>, operations: &[Operation]) -> Value {
    let common = operation::common(operations);
    let mut item = Object::new();
    for method in Method::ALL {
        if let Some(operation) = operations.iter().find(|operation| operation.method == method) {
            item.set(method.key(), one(definitions, operation, &common));
        }
    }
    item.set_unless_empty("parameters", common.iter().map(parameter).collect());
    item.finish()
}

fn one(definitions: &mut Definitions<'_>, operation: &Operation, common: &[Parameter]) -> Value {
    let mut made = Object::new();
    made.set("tags", texts([operation.tag.as_str()]));
    made.describe(Some(&operation.description));
    made.set("operationId", operation.id.as_str());
    let own = operation.parameters.iter().filter(|parameter| !has(common, parameter));
    made.set_unless_empty("parameters", own.map(parameter).collect());
    if let Some(body) = &operation.body {
        definitions.want(&body.definition);
        let schema = single("$ref", Dialect::V3.reference(&body.definition));
        let mut request = Object::new();
        request.set("content", content(operation.consumes, &schema));
        if body.required {
            request.set("required", true);
        }
        made.set("requestBody", request.finish());
    }
    made.set("responses", responses(definitions, operation));
    made.set_some("x-kubernetes-action", operation.action.map(Value::from));
    made.set_some("x-kubernetes-group-version-kind", operation.kind.as_ref().map(kind_value));
    made.finish()
}

fn parameter(parameter: &Parameter) -> Value {
    let mut made = Object::new();
    made.set("name", parameter.name.clone());
    made.set("in", parameter.place.as_str());
    made.describe(Some(&parameter.description));
    if parameter.place == operation::Place::Path {
        made.set("required", true);
    }
    made.set("schema", Value::from([("type", parameter.ty.into()), ("uniqueItems", true.into())]));
    made.finish()
}

fn responses(definitions: &mut Definitions<'_>, operation: &Operation) -> Value {
    let mut made = Object::new();
    for (answer, model) in &operation.answers {
        let (code, phrase) = answer.code_and_phrase();
        let schema = match model {
            Model::Text => single("type", "string"),
            Model::Definition(name) => {
                definitions.want(name);
                single("$ref", Dialect::V3.reference(name))
            }
        };
        let content = content(operation.produces, &schema);
        made.set(code, Value::from([("description", phrase.into()), ("content", content)]));
    }
    made.set("401", single("description", "Unauthorized"));
    made.finish()
}

/// The same schema under each media type, sorted.
fn content(media_types: &[&str], schema: &Value) -> Value {
    let media_type = single("schema", schema.clone());
    let mut made: Map = media_types.iter().map(|media| (Str::from(*media), media_type.clone())).collect();
    made.sort();
    Value::Map(made)
}
