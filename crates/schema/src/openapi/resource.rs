//! Operations of a resource: what its verbs, scope and subresources say about paths.

use super::Types;
use super::custom;
use super::operation::{Answer, Body, Method, Model, Operation, Parameter, identifier, sort, tag_and_scope};
use super::parameter;
use super::server::machinery;
use crate::resource::{Access, Resource, Scope, Subresource, Verb, Version};
use crate::types::Struct;
use pintle_meta::{GroupVersionKind, Str};
use std::sync::Arc;

pub(super) const ANYTHING: &[&str] = &["*/*"];
const DOCUMENTS: &[&str] = &["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
pub(super) const WATCHED: &[&str] = &[
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
];
const PATCHES: &[&str] = &[
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];

/// Every operation of one version of a resource.
pub(super) fn operations(types: &dyn Types, resource: &Resource, version: &Version) -> Vec<Operation> {
    let root = super::server::root(&version.group_version());
    let (tag, scope) = tag_and_scope(&root);
    let namespaced = resource.scope == Scope::Namespaced;
    let plural = &resource.names.plural;
    let within = if namespaced { "namespaces/{namespace}/" } else { "" };
    let mut paths = Paths { types, resource, version, tag, scope, namespaced, made: Vec::new() };
    let collection = format!("{root}{within}{plural}");
    let item = format!("{collection}/{{name}}");
    if namespaced {
        paths.list(format!("{root}{plural}"), "ForAllNamespaces");
    }
    paths.list(collection.clone(), "");
    paths.create(collection.clone());
    paths.delete_collection(collection);
    paths.item(&item, None);
    for sub in &version.subresources {
        let path = format!("{item}/{}", sub.name);
        match &sub.access {
            Access::Documents => paths.item(&path, Some(sub)),
            Access::Text { options } => paths.text(path, sub, options),
            Access::Connect { subpath } => paths.connect(&path, sub, *subpath),
        }
    }
    if types.custom(&version.schema.openapi_name) {
        return custom::adapt(types, version, paths.made);
    }
    if version.verbs.has(Verb::Watch) {
        let watched = format!("{root}watch/{within}{plural}");
        if namespaced {
            paths.watch(format!("{root}watch/{plural}"), "watchlist", "ListForAllNamespaces");
        }
        paths.watch(watched.clone(), "watchlist", "List");
        paths.watch(format!("{watched}/{{name}}"), "watch", "");
    }
    paths.made
}

/// The operations of one version of a resource, as they are made.
pub(super) struct Paths<'a> {
    pub(super) types: &'a dyn Types,
    resource: &'a Resource,
    pub(super) version: &'a Version,
    tag: String,
    scope: String,
    namespaced: bool,
    made: Vec<Operation>,
}

/// What differs between the operations of a resource.
pub(super) struct Told<'a> {
    pub(super) method: Method,
    /// First word of the operation's id.
    pub(super) verb: &'static str,
    /// What stands between it and the kind.
    pub(super) infix: &'static str,
    /// What follows the kind.
    pub(super) suffix: &'a str,
    pub(super) action: &'static str,
    /// For people; the kind follows.
    pub(super) description: String,
    /// Kind of what is sent and answered.
    pub(super) kind: &'a GroupVersionKind,
}

impl Paths<'_> {
    fn list(&mut self, path: String, suffix: &str) {
        if !self.version.verbs.has(Verb::List) {
            return;
        }
        let what = if self.version.verbs.has(Verb::Watch) { "list or watch" } else { "list" };
        let told = Told {
            method: Method::Get,
            verb: "list",
            infix: "",
            suffix,
            action: "list",
            description: format!("{what} objects of kind"),
            kind: &self.version.kind,
        };
        let mut made = self.operation(path, told);
        made.produces = WATCHED;
        made.parameters.extend(self.options(machinery::LIST_OPTIONS, &[]));
        made.answers = vec![(Answer::Ok, self.list_model())];
        self.push(made);
    }

    /// Lists are defined beside what they list.
    fn list_model(&self) -> Model {
        let list_kind = &self.resource.names.list_kind;
        let kind = self.version.kind.group_version().with_kind(list_kind.clone());
        match self.types.kind(&kind) {
            Some(list) => model(list),
            None => {
                let item = &self.version.schema.openapi_name;
                let package = item.rsplit_once('.').map_or("", |(package, _)| package);
                Model::Definition(Str::from(format!("{package}.{list_kind}")))
            }
        }
    }

    fn create(&mut self, path: String) {
        if self.version.verbs.has(Verb::Create) {
            let schema = Some(&self.version.schema);
            self.write(path, Verb::Create, &self.version.kind, schema, None);
        }
    }

    fn delete_collection(&mut self, path: String) {
        if !self.version.verbs.has(Verb::DeleteCollection) {
            return;
        }
        let told = Told {
            method: Method::Delete,
            verb: "delete",
            infix: "Collection",
            suffix: "",
            action: "deletecollection",
            description: "delete every listed object of kind".to_owned(),
            kind: &self.version.kind,
        };
        let mut made = self.operation(path, told);
        made.parameters.extend(self.options(machinery::LIST_OPTIONS, &["watch", "allowWatchBookmarks"]));
        self.take_delete_options(&mut made);
        made.answers = vec![(Answer::Ok, Model::Definition(machinery::STATUS.into()))];
        self.push(made);
    }

    /// What can be done with one object, or through one of its subresources.
    fn item(&mut self, path: &str, sub: Option<&Subresource>) {
        let (verbs, kind, schema) = match sub {
            Some(sub) => (sub.verbs, &sub.kind, sub.schema.as_ref()),
            None => (self.version.verbs, &self.version.kind, Some(&self.version.schema)),
        };
        if verbs.has(Verb::Get) {
            let told = Told {
                method: Method::Get,
                verb: "read",
                infix: "",
                suffix: &suffix_of(sub),
                action: "get",
                description: format!("read{} one", through(sub)),
                kind,
            };
            let mut made = self.operation(path.to_owned(), told);
            made.answers = answers(&[Answer::Ok], schema);
            self.push(made);
        }
        // A subresource's create names its object; the resource's own belongs to the collection.
        for verb in [Verb::Create, Verb::Update, Verb::Patch] {
            if verbs.has(verb) && (verb != Verb::Create || sub.is_some()) {
                self.write(path.to_owned(), verb, kind, schema, sub);
            }
        }
        if verbs.has(Verb::Delete) {
            self.delete(path, kind, sub);
        }
    }

    fn write(
        &mut self,
        path: String,
        verb: Verb,
        kind: &GroupVersionKind,
        schema: Option<&Arc<Struct>>,
        sub: Option<&Subresource>,
    ) {
        use Answer::{Accepted, Created, Ok};
        let (method, word, action, options, codes): (_, _, _, _, &[Answer]) = match verb {
            Verb::Create => {
                (Method::Post, "create", "post", machinery::CREATE_OPTIONS, &[Ok, Created, Accepted])
            }
            Verb::Update => (Method::Put, "replace", "put", machinery::UPDATE_OPTIONS, &[Ok, Created]),
            _ => (Method::Patch, "patch", "patch", machinery::PATCH_OPTIONS, &[Ok, Created]),
        };
        let told = Told {
            method,
            verb: word,
            infix: "",
            suffix: &suffix_of(sub),
            action,
            description: format!("{word}{} one", through(sub)),
            kind,
        };
        let mut made = self.operation(path, told);
        made.parameters.extend(self.options(options, &[]));
        made.body = match verb {
            Verb::Patch => Some(Str::from(machinery::PATCH)),
            _ => schema.map(|schema| schema.openapi_name.clone()),
        }
        .map(|definition| Body { definition, required: true });
        if verb == Verb::Patch {
            made.consumes = PATCHES;
        }
        made.answers = answers(codes, schema);
        self.push(made);
    }

    fn delete(&mut self, path: &str, kind: &GroupVersionKind, sub: Option<&Subresource>) {
        let told = Told {
            method: Method::Delete,
            verb: "delete",
            infix: "",
            suffix: &suffix_of(sub),
            action: "delete",
            description: format!("delete{} one", through(sub)),
            kind,
        };
        let mut made = self.operation(path.to_owned(), told);
        self.take_delete_options(&mut made);
        let strategy = &self.resource.strategy;
        let answer = match strategy.returns_deleted_object && !strategy.documents_status {
            true => model(&self.version.schema),
            false => Model::Definition(machinery::STATUS.into()),
        };
        made.answers = vec![(Answer::Ok, answer.clone()), (Answer::Accepted, answer)];
        self.push(made);
    }

    pub(super) fn operation(&self, path: String, told: Told<'_>) -> Operation {
        let kind = &self.version.kind.kind;
        let namespaced = self.namespaced && !told.suffix.ends_with("ForAllNamespaces");
        let infix = told.infix;
        let place = if namespaced { "Namespaced" } else { "" };
        let mut parameters = vec![parameter::pretty()];
        if path.contains("{namespace}") {
            parameters.push(parameter::namespace());
        }
        if path.contains("{name}") {
            parameters.push(parameter::name(&told.kind.kind));
        }
        Operation {
            id: format!("{}{}{infix}{place}{kind}{}", told.verb, self.scope, told.suffix),
            path,
            method: told.method,
            tag: self.tag.clone(),
            description: format!("{} {kind}", told.description),
            action: Some(told.action),
            kind: Some(told.kind.clone()),
            consumes: ANYTHING,
            produces: DOCUMENTS,
            parameters,
            body: None,
            answers: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, mut operation: Operation) {
        sort(&mut operation.parameters);
        self.made.push(operation);
    }

    pub(super) fn options(&self, kind: &str, hidden: &[&str]) -> Vec<Parameter> {
        let ty = self.types.definition(kind);
        ty.map(|ty| parameter::of_options(self.types, ty, hidden)).unwrap_or_default()
    }

    /// Options of a delete stand in the query or the body.
    fn take_delete_options(&self, operation: &mut Operation) {
        operation.parameters.extend(self.options(machinery::DELETE_OPTIONS, &[]));
        operation.body = Some(Body { definition: machinery::DELETE_OPTIONS.into(), required: false });
    }
}

fn model(ty: &Arc<Struct>) -> Model {
    Model::Definition(ty.openapi_name.clone())
}

fn answers(codes: &[Answer], schema: Option<&Arc<Struct>>) -> Vec<(Answer, Model)> {
    let model = schema.map_or(Model::Text, model);
    codes.iter().map(|code| (*code, model.clone())).collect()
}

pub(super) fn suffix_of(sub: Option<&Subresource>) -> String {
    sub.map(|sub| identifier(&sub.name, true)).unwrap_or_default()
}

/// ` status of`
pub(super) fn through(sub: Option<&Subresource>) -> String {
    sub.map(|sub| format!(" {} of", sub.name)).unwrap_or_default()
}
