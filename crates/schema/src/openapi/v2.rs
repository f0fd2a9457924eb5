//! Version 2: one document of everything, its repeated parameters said once.

use super::Api;
use super::definition::{Definitions, Dialect, kind_value};
use super::document::{Object, single, texts};
use super::operation::{self, Body, Method, Model, Operation, Parameter, Place, has};
use super::shared::Shared;
use super::{server, v3};
use pintle_meta::{List, Map, Str, Value};

/// The document of the whole API.
pub fn document(api: &Api<'_>) -> Value {
    let mut operations =
        vec![server::issuer(), server::keys(), server::version(), server::core_versions(), server::groups()];
    let mut groups = Vec::new();
    for group_version in v3::served(api) {
        operations.extend(v3::of_group_version(api, &group_version));
        let known = groups.contains(&group_version.group) || v3::is_custom(api, &group_version.group);
        if !group_version.group.is_empty() && !known {
            operations.push(server::group(&group_version.group));
            groups.push(group_version.group);
        }
    }
    let mut writer =
        Writer { definitions: Definitions::new(api.types, Dialect::V2, None), shared: Shared::default() };
    let paths: Map = v3::by_path(operations)
        .into_iter()
        .map(|(path, operations)| (Str::from(path), writer.item(&operations)))
        .collect();
    let token = Value::from([
        ("description", "Bearer Token authentication".into()),
        ("type", "apiKey".into()),
        ("name", "authorization".into()),
        ("in", "header".into()),
    ]);
    let security = single("BearerToken", Value::List(List::new()));
    Value::from([
        ("swagger", "2.0".into()),
        ("info", Value::from([("title", "Kubernetes".into()), ("version", api.version.into())])),
        ("paths", Value::Map(paths)),
        ("definitions", Value::Map(writer.definitions.finish())),
        ("parameters", Value::Map(writer.shared.finish())),
        ("securityDefinitions", single("BearerToken", token)),
        ("security", [security].into_iter().collect()),
    ])
}

struct Writer<'a> {
    definitions: Definitions<'a>,
    shared: Shared,
}

impl Writer<'_> {
    fn item(&mut self, operations: &[Operation]) -> Value {
        let common = operation::common(operations);
        let mut item = Object::new();
        for method in Method::ALL {
            if let Some(operation) = operations.iter().find(|operation| operation.method == method) {
                item.set(method.key(), self.operation(operation, &common));
            }
        }
        let common: Value = common.iter().map(|one| self.shared.reference(parameter(one))).collect();
        item.set_unless_empty("parameters", common);
        item.finish()
    }

    fn operation(&mut self, operation: &Operation, common: &[Parameter]) -> Value {
        let mut made = Object::new();
        made.describe(Some(&operation.description));
        made.set_unless_empty("consumes", texts(operation.consumes.iter().copied()));
        made.set("produces", texts(operation.produces.iter().copied()));
        made.set("schemes", texts(["https"]));
        made.set("tags", texts([operation.tag.as_str()]));
        made.set("operationId", operation.id.as_str());
        made.set_unless_empty("parameters", self.parameters(operation, common));
        made.set("responses", self.responses(operation));
        made.set_some("x-kubernetes-action", operation.action.map(Value::from));
        made.set_some("x-kubernetes-group-version-kind", operation.kind.as_ref().map(kind_value));
        made.finish()
    }

    /// The body stands among the parameters, sorted by its name as they are.
    fn parameters(&mut self, operation: &Operation, common: &[Parameter]) -> Value {
        let own = operation.parameters.iter().filter(|parameter| !has(common, parameter));
        let mut made: Vec<(Str, Value)> = own.map(|one| (one.name.clone(), parameter(one))).collect();
        if let Some(body) = &operation.body {
            self.definitions.want(&body.definition);
            let at = made.partition_point(|(name, _)| name.as_str() < "body");
            made.insert(at, (Str::from("body"), body_parameter(body)));
        }
        made.into_iter().map(|(_, parameter)| self.shared.reference(parameter)).collect()
    }

    fn responses(&mut self, operation: &Operation) -> Value {
        let mut made = Object::new();
        for (answer, model) in &operation.answers {
            let (code, phrase) = answer.code_and_phrase();
            let schema = match model {
                Model::Text => single("type", "string"),
                Model::Definition(name) => {
                    self.definitions.want(name);
                    single("$ref", Dialect::V2.reference(name))
                }
            };
            made.set(code, Value::from([("description", phrase.into()), ("schema", schema)]));
        }
        made.set("401", single("description", "Unauthorized"));
        made.finish()
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let mut made = Object::new();
    made.set("uniqueItems", true);
    made.set("type", parameter.ty);
    made.describe(Some(&parameter.description));
    made.set("name", parameter.name.clone());
    made.set("in", parameter.place.as_str());
    if parameter.place == Place::Path {
        made.set("required", true);
    }
    made.finish()
}

fn body_parameter(body: &Body) -> Value {
    let mut made = Object::new();
    made.set("name", "body");
    made.set("in", "body");
    if body.required {
        made.set("required", true);
    }
    made.set("schema", single("$ref", Dialect::V2.reference(&body.definition)));
    made.finish()
}
