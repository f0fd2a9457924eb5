//! The newer form (apidiscovery.k8s.io): everything below `/api` or `/apis` in one document. KEP-3352.

use super::legacy::{insert_names, words};
use crate::request::reply::{self, Clause, Response, accept_clauses};
use crate::served::{Group, GroupVersionServed, Served};
use aws_lc_rs::digest;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use pintle_meta::value::to_json;
use pintle_meta::{GroupVersionKind, Map, Value};
use pintle_schema::Resource;
use pintle_schema::resource::{Scope, Subresource};

/// The only version of the form that is left; v2beta1 is gone for good.
const CONTENT_TYPE: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Whether the client prefers this form over the older documents.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    accept_clauses(headers).iter().find_map(is_asked_for).unwrap_or_default()
}

/// Whether a clause asks for this form or for the older documents; `None` for what discovery does not have.
fn is_asked_for(clause: &Clause) -> Option<bool> {
    const OLDER: [&str; 5] = [
        "application/json",
        "application/yaml",
        "application/vnd.kubernetes.protobuf",
        "application/*",
        "*/*",
    ];
    let kind = ["g", "v", "as"].map(|name| clause.parameter(name));
    if kind == [None, None, None] {
        return OLDER.contains(&clause.media_type.as_str()).then_some(false);
    }
    let is_json = matches!(clause.media_type.as_str(), "application/json" | "application/*" | "*/*");
    let is_ours = kind == [Some("apidiscovery.k8s.io"), Some("v2"), Some("APIGroupDiscoveryList")];
    (is_json && is_ours).then_some(true)
}

/// Everything below `/api` (the core group) or `/apis` (all others); 304 when the client has it already.
pub(super) fn answer(served: &Served, core: bool, head: &Parts) -> Response {
    let document = document(served, core);
    let mut body = to_json(&document);
    body.push(b'\n');
    let tag = etag(&body);
    let known =
        head.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known { reply::not_modified() } else { reply::bytes(200, CONTENT_TYPE, body) };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
    response
}

/// The document of the core group, or of all others.
pub(super) fn document(served: &Served, core: bool) -> Value {
    let groups = served.groups().iter().filter(|group| group.name.is_empty() == core);
    Value::from([
        ("kind", "APIGroupDiscoveryList".into()),
        ("apiVersion", "apidiscovery.k8s.io/v2".into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_discovery_has_is_the_one() {
        const V2: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        const BETA: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
        for (accept, want) in [
            (V2.to_owned(), true),
            (format!("{V2},application/json"), true),
            (format!("application/json,{V2}"), false),
            (format!("text/html,{V2}"), true),
            (format!("{BETA},{V2},application/json"), true),
            (format!("{BETA},application/json"), false),
            (BETA.to_owned(), false),
            ("*/*".to_owned(), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(is_wanted(&headers), want, "{accept}");
        }
    }
}
