//! Operations of a resource: what its verbs, scope and subresources say about paths.

use super::Types;
use super::operation::{Answer, Body, Method, Model, Operation, Parameter, identifier, sort, tag_and_scope};
use super::parameter;
use super::server::machinery;
use crate::resource::{Access, Resource, Scope, Subresource, Verb, Version};
use crate::types::Struct;
use pintle_meta::{GroupVersionKind, Str};
use std::sync::Arc;

const ANYTHING: &[&str] = &["*/*"];
const DOCUMENTS: &[&str] = &["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const WATCHED: &[&str] = &[
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
];
const TEXT: &[&str] =
    &["text/plain", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
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

struct Paths<'a> {
    types: &'a dyn Types,
    resource: &'a Resource,
    version: &'a Version,
    tag: String,
    scope: String,
    namespaced: bool,
    made: Vec<Operation>,
}

/// What differs between the operations of a resource.
struct Told<'a> {
    method: Method,
    /// First word of the operation's id.
    verb: &'static str,
    /// What stands between it and the kind.
    infix: &'static str,
    /// What follows the kind.
    suffix: &'a str,
    action: &'static str,
    /// For people; the kind follows.
    description: String,
    /// Kind of what is sent and answered.
    kind: &'a GroupVersionKind,
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
        let list = self.version.kind.group_version().with_kind(self.resource.names.list_kind.clone());
        let mut made = self.operation(path, told);
        made.produces = WATCHED;
        made.parameters.extend(self.options(machinery::LIST_OPTIONS, &[]));
        made.answers = self.types.kind(&list).map(|list| (Answer::Ok, model(list))).into_iter().collect();
        self.push(made);
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

    /// A text that belongs to an object: a log.
    fn text(&mut self, path: String, sub: &Subresource, options: &Struct) {
        let told = Told {
            method: Method::Get,
            verb: "read",
            infix: "",
            suffix: &suffix_of(Some(sub)),
            action: "get",
            description: format!("read{} one", through(Some(sub))),
            kind: &sub.kind,
        };
        let mut made = self.operation(path, told);
        made.produces = TEXT;
        made.parameters.extend(parameter::of_options(self.types, options, &[]));
        made.answers = vec![(Answer::Ok, Model::Text)];
        self.push(made);
    }

    /// A stream to what runs behind an object: every method it takes is an operation, with the rest of the
    /// path too where the stream is a proxy.
    fn connect(&mut self, path: &str, sub: &Subresource, subpath: bool) {
        let deep = subpath.then(|| format!("{path}/{{path}}"));
        for path in [Some(path.to_owned()), deep].into_iter().flatten() {
            let deep = path.ends_with("/{path}");
            for method in Method::ALL.into_iter().filter(|method| takes(sub, *method)) {
                let suffix = suffix_of(Some(sub)) + if deep { "WithPath" } else { "" };
                let upper = method.key().to_uppercase();
                let told = Told {
                    method,
                    verb: "connect",
                    infix: method_title(method),
                    suffix: &suffix,
                    action: "connect",
                    description: format!("connect {upper} requests to {} of one", sub.name),
                    kind: &sub.kind,
                };
                let mut made = self.operation(path.clone(), told);
                made.produces = ANYTHING;
                made.parameters.retain(|parameter| parameter.name != "pretty");
                if deep {
                    made.parameters.push(parameter::subpath());
                }
                if let Some(options) = &sub.schema {
                    made.parameters.extend(parameter::of_options(self.types, options, &[]));
                }
                made.answers = vec![(Answer::Ok, Model::Text)];
                self.push(made);
            }
        }
    }

    fn watch(&mut self, path: String, action: &'static str, suffix: &str) {
        let instead = match action {
            "watch" => "; a list with `watch` and a `fieldSelector` for the name does the same",
            _ => "; a list with `watch` does the same",
        };
        let told = Told {
            method: Method::Get,
            verb: "watch",
            infix: "",
            suffix,
            action,
            description: format!("(deprecated{instead}) watch changes of kind"),
            kind: &self.version.kind,
        };
        let mut made = self.operation(path, told);
        made.produces = WATCHED;
        made.parameters.extend(self.options(machinery::LIST_OPTIONS, &[]));
        made.answers = vec![(Answer::Ok, Model::Definition(machinery::WATCH_EVENT.into()))];
        self.push(made);
    }

    fn operation(&self, path: String, told: Told<'_>) -> Operation {
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

    fn push(&mut self, mut operation: Operation) {
        sort(&mut operation.parameters);
        self.made.push(operation);
    }

    fn options(&self, kind: &str, hidden: &[&str]) -> Vec<Parameter> {
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

fn suffix_of(sub: Option<&Subresource>) -> String {
    sub.map(|sub| identifier(&sub.name, true)).unwrap_or_default()
}

/// ` status of`
fn through(sub: Option<&Subresource>) -> String {
    sub.map(|sub| format!(" {} of", sub.name)).unwrap_or_default()
}

/// Verbs are methods here; what takes them all takes the methods without a verb of their own too.
fn takes(sub: &Subresource, method: Method) -> bool {
    match method {
        Method::Get => sub.verbs.has(Verb::Get),
        Method::Post => sub.verbs.has(Verb::Create),
        Method::Put | Method::Options | Method::Head => sub.verbs.has(Verb::Update),
        Method::Delete => sub.verbs.has(Verb::Delete),
        Method::Patch => sub.verbs.has(Verb::Patch),
    }
}

fn method_title(method: Method) -> &'static str {
    match method {
        Method::Get => "Get",
        Method::Put => "Put",
        Method::Post => "Post",
        Method::Delete => "Delete",
        Method::Options => "Options",
        Method::Head => "Head",
        Method::Patch => "Patch",
    }
}
