//! Resources. The grammar, a line each:
//!
//! ```text
//! group NAME VERSION...
//! resource GROUP PLURAL SINGULAR KIND namespaced|cluster
//!   short NAME,...   categories NAME,...   store PREFIX GROUP/VERSION/KIND [MEMBER,...]   graceful
//!   strategy WORD...
//!   column NAME|TYPE|FORMAT|PRIORITY|SOURCE
//!   version NAME on|off KIND VERB,...
//!     fields LABEL[->FIELD],...
//!     sub NAME GROUP/VERSION/KIND VERB,... [resets=MEMBER,...] [connect[=subpath] | text=GROUP/VERSION/KIND]
//! ```

use super::flags::names;
use super::types::Definitions;
use crate::hooks;
use pintle_meta::{GroupVersionKind, Str};
use pintle_schema::resource::{
    Access, Cell, Column, Generation, NameRule, Names, Propagation, ScalePaths, Scope, SelectableField,
    Storage, Strategy, Subresource, Verb, Verbs, Version, View,
};
use pintle_schema::{Resource, Struct};
use std::sync::Arc;

/// Groups with their versions.
type Groups = Vec<(Str, Vec<Str>)>;

/// Groups in order, and all resources.
pub(crate) fn read(text: &str, definitions: &Definitions) -> (Groups, Vec<Arc<Resource>>) {
    let (mut groups, mut resources) = (Vec::new(), Vec::new());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("group ") {
            let mut words = rest.split(' ');
            groups.push((group(words.next().unwrap_or_default()), words.map(Str::from).collect()));
        } else if let Some(rest) = line.strip_prefix("resource ") {
            let mut body = Vec::new();
            while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
                body.push(line);
            }
            resources.push(Arc::new(resource(rest, &body, definitions)));
        }
    }
    (groups, resources)
}

fn resource(heading: &str, body: &[&str], definitions: &Definitions) -> Resource {
    let words: Vec<&str> = heading.split(' ').collect();
    let [group_word, plural, singular, kind, scope] = words[..] else {
        panic!("a resource has five words: {heading}")
    };
    let group = group(group_word);
    let mut made = Resource {
        group: group.clone(),
        names: Names {
            plural: plural.into(),
            singular: singular.into(),
            kind: kind.into(),
            list_kind: Str::from(format!("{kind}List")),
            short_names: Vec::new(),
            categories: Vec::new(),
        },
        scope: if scope == "namespaced" { Scope::Namespaced } else { Scope::Cluster },
        versions: Vec::new(),
        storage: None,
        generation: 0,
        strategy: Strategy::default(),
        hooks: hooks::of(&group, kind),
    };
    let mut columns = Vec::new();
    for line in body {
        let (word, rest) = line.trim_start().split_once(' ').unwrap_or((line.trim_start(), ""));
        match word {
            "short" => made.names.short_names = names(rest),
            "categories" => made.names.categories = names(rest),
            "store" => made.storage = Some(storage(rest, definitions)),
            "strategy" => made.strategy = Strategy { graceful_deletion: false, ..strategy(rest) },
            "graceful" => made.strategy.graceful_deletion = true,
            "column" => columns.push(column(rest)),
            "version" => made.versions.push(version(rest, &group, definitions)),
            "fields" => {
                last(&mut made.versions).selectable_fields = rest.split(',').map(selectable).collect()
            }
            "sub" => {
                let version = last(&mut made.versions);
                let sub = subresource(rest, &version.kind, definitions);
                version.subresources.push(sub);
            }
            other => panic!("the facts have a line {other:?} that nobody knows"),
        }
    }
    if columns.is_empty() {
        columns = default_columns();
    }
    made.versions.iter_mut().for_each(|version| version.columns.clone_from(&columns));
    made
}

fn last(versions: &mut [Version]) -> &mut Version {
    versions.last_mut().expect("a version comes before its fields and subresources")
}

fn group(word: &str) -> Str {
    if word == "core" { Str::new() } else { Str::from(word) }
}

/// `v1/Pod`, `apps/v1/Deployment`
fn kind(text: &str) -> GroupVersionKind {
    let mut parts = text.rsplit('/');
    let (kind, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    GroupVersionKind::new(parts.next().unwrap_or_default(), version, kind)
}

fn storage(text: &str, definitions: &Definitions) -> Storage {
    let mut words = text.split(' ');
    let mut word = || words.next().expect("a prefix and a kind");
    let (prefix, kind) = (word(), kind(word()));
    let indexed = words.next().map(names).unwrap_or_default();
    let schema = definitions.kinds.get(&kind).unwrap_or_else(|| panic!("no facts of {kind}"));
    let keeps_empty = is_json_stored(&kind);
    Storage { prefix: prefix.into(), schema: Arc::clone(schema), keeps_empty, indexed, kind }
}

fn version(text: &str, group: &Str, definitions: &Definitions) -> Version {
    let words: Vec<&str> = text.split(' ').collect();
    let [name, served, kind, verb_words] = words[..] else { panic!("a version has four words: {text}") };
    let kind = GroupVersionKind::new(group.clone(), name, kind);
    let schema = definitions.kinds.get(&kind).unwrap_or_else(|| panic!("no facts of {kind}"));
    Version {
        name: name.into(),
        served: served == "on",
        schema: Arc::clone(schema),
        kind,
        verbs: verbs(verb_words),
        columns: Vec::new(),
        selectable_fields: Vec::new(),
        subresources: Vec::new(),
        deprecated: None,
    }
}

fn subresource(text: &str, owner: &GroupVersionKind, definitions: &Definitions) -> Subresource {
    let mut words = text.split(' ');
    let mut word = || words.next().expect("a subresource has a name, a kind and verbs");
    let (name, kind_text, verb_words) = (word(), word(), word());
    let kind = kind(kind_text);
    let (mut resets, mut access) = (Vec::new(), Access::default());
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("resets", members) => resets = names(members),
            ("connect", path) => access = Access::Connect { subpath: path == "subpath" },
            ("text", options) => access = Access::Text { options: known(options, definitions) },
            (other, _) => panic!("a subresource has a word {other:?} that nobody knows"),
        }
    }
    let schema = definitions.kinds.get(&kind).cloned();
    let verbs = verbs(verb_words);
    let view = match kind.kind.as_str() {
        _ if !matches!(access, Access::Documents) => View::Action,
        // Of the object itself; which part a write may change is said by `resets` and the kind's hook.
        _ if kind == *owner && verbs.has(Verb::Update) => View::Whole,
        "Scale" => View::Scale(scale_paths()),
        _ => View::Action,
    };
    Subresource { name: name.into(), schema, kind, verbs, resets, access, view }
}

/// Every built-in kind that can be scaled has its numbers in the same places.
fn scale_paths() -> ScalePaths {
    let path = |section: &str, key: &str| vec![Str::from(section), Str::from(key)];
    ScalePaths {
        spec_replicas: path("spec", "replicas"),
        status_replicas: path("status", "replicas"),
        selector: path("spec", "selector"),
    }
}

fn known(text: &str, definitions: &Definitions) -> Arc<Struct> {
    let kind = kind(text);
    Arc::clone(definitions.kinds.get(&kind).unwrap_or_else(|| panic!("no facts of {kind}")))
}

fn verbs(text: &str) -> Verbs {
    Verbs::of(text.split(',').map(|word| Verb::parse(word).unwrap_or_else(|| panic!("no verb {word}"))))
}

fn selectable(text: &str) -> SelectableField {
    let (label, field) = text.split_once("->").unwrap_or((text, text));
    SelectableField { label: label.into(), field: field.into() }
}

fn strategy(text: &str) -> Strategy {
    let mut made = Strategy::default();
    for word in text.split(' ') {
        match word.split_once('=').unwrap_or((word, "")) {
            ("create-on-update", _) => made.create_on_update = true,
            ("unconditional", _) => made.unconditional_update = true,
            ("generation", rule) => made.generation = generation(rule),
            ("name", "path-segment") => made.name = NameRule::PathSegment,
            ("name", "label") => made.name = NameRule::Label,
            ("name", _) => made.name = NameRule::Own,
            ("orphan", _) => made.propagation = Propagation::Orphan,
            ("no-gc", _) => made.propagation = Propagation::Unsupported,
            ("returns-deleted", documented) => {
                made.returns_deleted_object = true;
                made.documents_status = documented == "status";
            }
            ("resets", members) => made.resets = names(members),
            ("", _) => {}
            (other, _) => panic!("the facts have a strategy {other:?} that nobody knows"),
        }
    }
    made
}

fn generation(rule: &str) -> Generation {
    let (first, members) = rule.split_once(':').expect("a first generation and members");
    Generation::Managed { starts_at_one: first == "1", bumped_by: names(members) }
}

fn column(text: &str) -> Column {
    let parts: Vec<&str> = text.split('|').collect();
    let [name, ty, format, priority, source] = parts[..] else { panic!("a column has five parts: {text}") };
    Column {
        name: name.into(),
        ty: ty.into(),
        format: format.into(),
        priority: priority.parse().expect("a priority is a number"),
        cell: cell(source),
    }
}

fn cell(source: &str) -> Cell {
    let path = |text: &str| text.split('.').filter(|part| !part.is_empty()).map(Str::from).collect();
    match source.split_once(':') {
        _ if source == "code" => Cell::Computed,
        Some(("age", text)) => Cell::Age(path(text)),
        Some(("len", text)) => Cell::Len(path(text)),
        Some(("labels", text)) => Cell::Labels(path(text)),
        Some(("selector", text)) => Cell::Selector(path(text)),
        Some((other, _)) => panic!("no cell source {other}"),
        None => Cell::Path(path(source)),
    }
}

/// What a table shows of kinds that have no columns of their own.
fn default_columns() -> Vec<Column> {
    ["Name|string|name|0|.metadata.name", "Created At|date||0|.metadata.creationTimestamp"].map(column).into()
}

/// Kinds that the reference stores as JSON, which keeps empty lists and maps.
fn is_json_stored(kind: &GroupVersionKind) -> bool {
    matches!(kind.group.as_str(), "apiextensions.k8s.io" | "apiregistration.k8s.io")
}
