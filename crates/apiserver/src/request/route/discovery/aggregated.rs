//! The newer form (apidiscovery.k8s.io): everything below `/api` or `/apis` in one document. KEP-3352.

use super::legacy::{insert_names, words};
use crate::request::reply::{self, Response, accept_clauses};
use crate::served::{Group, GroupVersionServed, Served};
use aws_lc_rs::digest;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use pintle_meta::value::to_json;
use pintle_meta::{GroupVersionKind, Map, Value};
use pintle_schema::Resource;
use pintle_schema::resource::{Scope, Subresource};

/// A version of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    V2,
    V2Beta1,
}

impl Form {
    fn version(self) -> &'static str {
        match self {
            Form::V2 => "v2",
            Form::V2Beta1 => "v2beta1",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Form::V2 => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            Form::V2Beta1 => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
        }
    }
}

/// The form the client prefers over the older documents; `None` when it prefers those.
pub(super) fn wanted(headers: &HeaderMap) -> Option<Form> {
    for clause in accept_clauses(headers) {
        let get = |name: &str| {
            clause.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        let is_json = matches!(clause.media_type.as_str(), "application/json" | "*/*" | "application/*");
        match (is_json, get("g"), get("v"), get("as")) {
            (true, Some("apidiscovery.k8s.io"), Some("v2"), Some("APIGroupDiscoveryList")) => {
                return Some(Form::V2);
            }
            (true, Some("apidiscovery.k8s.io"), Some("v2beta1"), Some("APIGroupDiscoveryList")) => {
                return Some(Form::V2Beta1);
            }
            (_, _, _, None) => return None,
            _ => {}
        }
    }
    None
}

/// Everything below `/api` (the core group) or `/apis` (all others); 304 when the client has it already.
pub(super) fn answer(served: &Served, core: bool, form: Form, head: &Parts) -> Response {
    let document = document(served, core, form);
    let mut body = to_json(&document);
    body.push(b'\n');
    let tag = etag(&body);
    let known =
        head.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response =
        if known { reply::not_modified() } else { reply::bytes(200, form.content_type(), body) };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
    response
}

/// The document of the core group, or of all others.
pub(super) fn document(served: &Served, core: bool, form: Form) -> Value {
    let groups = served.groups().iter().filter(|group| group.name.is_empty() == core);
    Value::from([
        ("kind", "APIGroupDiscoveryList".into()),
        ("apiVersion", format!("apidiscovery.k8s.io/{}", form.version()).into()),
        ("metadata", Value::map()),
        ("items", groups.map(group).collect()),
    ])
}

fn etag(body: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA512, body);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    format!("\"{hex}\"")
}

fn group(group: &Group) -> Value {
    let mut meta = Map::new();
    if !group.name.is_empty() {
        meta.insert("name", group.name.clone());
    }
    Value::from([("metadata", meta.into()), ("versions", group.versions.iter().map(version).collect())])
}

fn version(version: &GroupVersionServed) -> Value {
    Value::from([
        ("version", version.version.clone().into()),
        ("resources", version.resources.iter().map(|(resource, at)| whole(resource, *at)).collect()),
        ("freshness", "Current".into()),
    ])
}

fn whole(resource: &Resource, at: usize) -> Value {
    let shown = &resource.versions[at];
    let mut map = Map::new();
    map.insert("resource", resource.names.plural.clone());
    map.insert("responseKind", kind(&shown.kind, &shown.kind));
    map.insert("scope", if resource.scope == Scope::Namespaced { "Namespaced" } else { "Cluster" });
    map.insert("singularResource", resource.names.singular.clone());
    map.insert("verbs", words(shown.verbs));
    insert_names(&mut map, "shortNames", &resource.names.short_names);
    insert_names(&mut map, "categories", &resource.names.categories);
    if !shown.subresources.is_empty() {
        let mut parts: Vec<&Subresource> = shown.subresources.iter().collect();
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        map.insert("subresources", parts.into_iter().map(|sub| part(&shown.kind, sub)).collect::<Value>());
    }
    Value::Map(map)
}

fn part(owner: &GroupVersionKind, sub: &Subresource) -> Value {
    Value::from([
        ("subresource", sub.name.clone().into()),
        ("responseKind", kind(&sub.kind, owner)),
        ("verbs", words(sub.verbs)),
    ])
}

/// A kind; group and version are left empty where they are the owner's.
fn kind(kind: &GroupVersionKind, owner: &GroupVersionKind) -> Value {
    let same = kind.group == owner.group && kind.version == owner.version;
    let shown = |text: &pintle_meta::Str| if same { Value::from("") } else { Value::from(text.clone()) };
    Value::from([
        ("group", shown(&kind.group)),
        ("version", shown(&kind.version)),
        ("kind", kind.kind.clone().into()),
    ])
}
