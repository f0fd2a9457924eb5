//! What the OpenAPI documents say of built-in types beside their fields: kinds, unions, descriptions.
//!
//! Read when a document is made and dropped with it: between documents only the program's own pages hold it.

use crate::catalog;
use pintle_meta::{GroupVersion, GroupVersionKind, Str, Value};
use pintle_schema::Struct;
use pintle_schema::openapi::Types;
use std::collections::HashMap;
use std::sync::Arc;

/// Every sentence once.
const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/descriptions.text"));
/// Places in it: `DEFINITION START LENGTH`, and below each ` FIELD START LENGTH`.
const INDEX: &str = include_str!(concat!(env!("OUT_DIR"), "/descriptions.index"));
/// `everywhere DEFINITION`, `known GROUP/VERSION`, `union DEFINITION DISCRIMINATOR|- FIELD=VALUE...`
const FACTS: &str = include_str!("../data/openapi.facts");

/// The built-in types, described.
#[derive(Debug)]
pub struct Described {
    descriptions: Descriptions,
    kinds: HashMap<Str, Vec<GroupVersionKind>>,
    unions: HashMap<&'static str, Vec<Value>>,
}

/// What people are told about types and their fields.
#[derive(Debug, Default)]
pub struct Descriptions(HashMap<&'static str, Said>);

#[derive(Debug, Default)]
struct Said {
    itself: &'static str,
    /// Sorted by name.
    fields: Vec<(&'static str, &'static str)>,
}

/// All that the documents need to know of built-in types; made in a few milliseconds.
pub fn described() -> Described {
    let mut kinds: HashMap<Str, Vec<GroupVersionKind>> = HashMap::new();
    for (kind, ty) in &catalog().kinds {
        kinds.entry(ty.openapi_name.clone()).or_default().push(kind.clone());
    }
    let mut unions: HashMap<&'static str, Vec<Value>> = HashMap::new();
    let known: Vec<GroupVersion> = lines("known ").map(group_version).collect();
    for definition in lines("everywhere ") {
        let kind = definition.rsplit('.').next().unwrap_or_default();
        let all = known.iter().map(|group_version| group_version.with_kind(kind)).collect();
        kinds.insert(Str::from(definition), all);
    }
    for line in lines("union ") {
        let (definition, words) = line.split_once(' ').expect("a definition and its union");
        unions.entry(definition).or_default().push(union(words));
    }
    kinds.values_mut().for_each(|kinds| kinds.sort());
    Described { descriptions: descriptions(), kinds, unions }
}

/// The descriptions alone.
pub fn descriptions() -> Descriptions {
    let mut all: HashMap<&'static str, Said> = HashMap::new();
    let mut current = "";
    for line in INDEX.lines() {
        let (name, words) = place(line);
        match name.strip_prefix(' ') {
            Some(field) => all.entry(current).or_default().fields.push((field, words)),
            None => {
                current = name;
                all.entry(name).or_default().itself = words;
            }
        }
    }
    Descriptions(all)
}

impl Descriptions {
    /// What is said about a definition, or one of its fields.
    pub fn get(&self, definition: &str, field: Option<&str>) -> Option<&'static str> {
        let said = self.0.get(definition)?;
        let words = match field {
            None => said.itself,
            Some(field) => {
                let at = said.fields.binary_search_by(|(name, _)| (*name).cmp(field)).ok()?;
                said.fields[at].1
            }
        };
        Some(words).filter(|words| !words.is_empty())
    }
}

impl Types for Described {
    fn definition(&self, name: &str) -> Option<&Arc<Struct>> {
        catalog().definition(name)
    }

    fn kind(&self, kind: &GroupVersionKind) -> Option<&Arc<Struct>> {
        catalog().kind(kind)
    }

    fn kinds_of(&self, definition: &str) -> Vec<GroupVersionKind> {
        self.kinds.get(definition).cloned().unwrap_or_default()
    }

    fn unions(&self, definition: &str) -> Option<Value> {
        self.unions.get(definition).map(|unions| unions.iter().cloned().collect())
    }

    fn describe(&self, definition: &str, field: Option<&str>) -> Option<&str> {
        let said = self.descriptions.get(definition, field);
        let is_kind = self.kinds.contains_key(definition);
        said.or_else(|| self.descriptions.get(stand_in(definition, field.filter(|_| is_kind)?), field))
    }
}

/// The published types know only one list, so of the others is said what all have in common.
fn stand_in(definition: &str, field: &str) -> &'static str {
    match field {
        "kind" | "apiVersion" => "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
        "items" | "metadata" if definition.ends_with("List") => "io.k8s.apimachinery.pkg.apis.meta.v1.List",
        _ => "",
    }
}

fn lines(word: &'static str) -> impl Iterator<Item = &'static str> {
    FACTS.lines().filter_map(move |line| line.strip_prefix(word))
}

fn group_version(text: &str) -> GroupVersion {
    GroupVersion::parse(text).expect("the facts name group versions")
}

fn place(line: &'static str) -> (&'static str, &'static str) {
    let mut words = line.rsplitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok()).expect("a place");
    let (length, start) = (number(), number());
    let name = words.next().expect("a name before the place");
    (name, &TEXT[start..start + length])
}

/// `DISCRIMINATOR|- FIELD=VALUE...`
fn union(words: &str) -> Value {
    let mut words = words.split(' ');
    let discriminator = words.next().filter(|word| *word != "-");
    let members = words.filter_map(|word| word.split_once('='));
    let members: Vec<(Str, Value)> = members.map(|(field, value)| (field.into(), value.into())).collect();
    let members = Value::Map(members.into_iter().collect());
    let mut made = Value::map();
    if let (Some(map), Some(word)) = (made.as_map_mut(), discriminator) {
        map.insert("discriminator", word);
    }
    if let Some(map) = made.as_map_mut() {
        map.insert("fields-to-discriminateBy", members);
    }
    made
}
