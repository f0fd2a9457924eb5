//! The newer form (apidiscovery.k8s.io): everything below `/api` or `/apis` in one document. KEP-3352.

use super::legacy::{insert_names, words};
use crate::request::reply::{self, Clause, Format, Response, accept_clauses};
use crate::served::{Group, GroupVersionServed, Served};
use aws_lc_rs::digest;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use pintle_meta::value::to_json;
use pintle_meta::{GroupVersionKind, Map, Status, Value};
use pintle_schema::Resource;
use pintle_schema::resource::{Scope, Subresource};

/// The Content-Type in a format. v2 is the only version of the form that is left; v2beta1 is gone for good.
fn content_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        Format::Yaml => "application/yaml;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        Format::Protobuf => {
            "application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        }
    }
}

/// The format that the client wants this form in, if it prefers it over the older documents.
pub(super) fn wanted(headers: &HeaderMap) -> Option<Format> {
    accept_clauses(headers).iter().find_map(asked_for).flatten()
}

/// The format a clause asks for this form in, or `None` for the older documents; nothing for what discovery does
/// not have.
fn asked_for(clause: &Clause) -> Option<Option<Format>> {
    let format = match clause.media_type.as_str() {
        "application/yaml" => Format::Yaml,
        "application/vnd.kubernetes.protobuf" => Format::Protobuf,
        "application/json" | "application/*" | "*/*" => Format::Json,
        _ => return None,
    };
    match ["g", "v", "as"].map(|name| clause.parameter(name)) {
        [None, None, None] => Some(None),
        [Some("apidiscovery.k8s.io"), Some("v2"), Some("APIGroupDiscoveryList")] => Some(Some(format)),
        _ => None,
    }
}

/// Everything below `/api` (the core group) or `/apis` (all others); 304 when the client has it already.
///
/// # Errors
/// 500, in theory.
pub(super) fn answer(served: &Served, core: bool, format: Format, head: &Parts) -> Result<Response, Status> {
    let document = document(served, core);
    let mut json = to_json(&document);
    json.push(b'\n');
    let tag = etag(&json);
    let known =
        head.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = match format {
        _ if known => reply::not_modified(),
        Format::Json => reply::bytes(200, content_type(format), json),
        Format::Yaml => reply::bytes(200, content_type(format), pintle_schema::yaml::emit(&document)),
        Format::Protobuf => reply::bytes(200, content_type(format), reply::enveloped(&document)?),
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
    Ok(response)
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
            (V2.to_owned(), Some(Format::Json)),
            (format!("{V2},application/json"), Some(Format::Json)),
            (format!("application/json,{V2}"), None),
            (format!("text/html,{V2}"), Some(Format::Json)),
            (format!("{BETA},{V2},application/json"), Some(Format::Json)),
            (format!("{BETA},application/json"), None),
            (BETA.to_owned(), None),
            ("*/*".to_owned(), None),
            (V2.replace("json", "vnd.kubernetes.protobuf"), Some(Format::Protobuf)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(wanted(&headers), want, "{accept}");
        }
    }
}
