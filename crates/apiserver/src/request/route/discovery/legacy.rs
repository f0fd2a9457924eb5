//! The older form: APIVersions, APIGroupList, APIGroup, APIResourceList.

use crate::served::{Group, GroupVersionServed, Served};
use pintle_catalog::storage_version_hash;
use pintle_meta::{Map, Str, Value};
use pintle_schema::Resource;
use pintle_schema::resource::{Scope, Subresource, Verbs};
use std::net::SocketAddr;

/// `/api`: the versions of the core group, and where to find this server.
pub(super) fn core(served: &Served, address: SocketAddr) -> Value {
    let versions = served.group("").map(|group| {
        group.versions.iter().map(|version| Value::from(version.version.clone())).collect::<Value>()
    });
    let address =
        Value::from([("clientCIDR", "0.0.0.0/0".into()), ("serverAddress", address.to_string().into())]);
    Value::from([
        ("kind", "APIVersions".into()),
        ("versions", versions.unwrap_or_default()),
        ("serverAddressByClientCIDRs", [address].into_iter().collect()),
    ])
}

/// `/apis`: all groups.
pub(super) fn groups<'a>(groups: impl Iterator<Item = &'a Group>) -> Value {
    Value::from([
        ("kind", "APIGroupList".into()),
        ("apiVersion", "v1".into()),
        ("groups", groups.map(|found| group(found, false)).collect()),
    ])
}

/// One group; by itself it says what it is, in a list it does not.
pub(super) fn group(group: &Group, typed: bool) -> Value {
    let version = |version: &GroupVersionServed| {
        Value::from([
            ("groupVersion", format!("{}/{}", group.name, version.version).into()),
            ("version", version.version.clone().into()),
        ])
    };
    let mut map = Map::new();
    if typed {
        map.insert("kind", "APIGroup");
        map.insert("apiVersion", "v1");
    }
    map.insert("name", group.name.clone());
    map.insert("versions", group.versions.iter().map(version).collect::<Value>());
    map.insert("preferredVersion", group.versions.first().map(version).unwrap_or_default());
    Value::Map(map)
}

/// One version of a group: its resources and their subresources, by name. The core group's list is older than
/// the rule that documents name their version.
pub(super) fn resources(group: &str, version: &GroupVersionServed) -> Value {
    let group_version = match group {
        "" => version.version.to_string(),
        group => format!("{group}/{}", version.version),
    };
    let mut entries: Vec<(String, Value)> = Vec::new();
    for (resource, at) in &version.resources {
        let shown = &resource.versions[*at];
        entries.push((resource.names.plural.to_string(), whole(resource, shown.verbs)));
        for sub in &shown.subresources {
            let name = format!("{}/{}", resource.names.plural, sub.name);
            entries.push((name.clone(), part(resource, sub, &shown.kind.group, &shown.kind.version, name)));
        }
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut map = Map::new();
    map.insert("kind", "APIResourceList");
    if !group.is_empty() {
        map.insert("apiVersion", "v1");
    }
    map.insert("groupVersion", group_version);
    map.insert("resources", entries.into_iter().map(|(_, entry)| entry).collect::<Value>());
    Value::Map(map)
}

fn whole(resource: &Resource, verbs: Verbs) -> Value {
    let mut map = Map::new();
    map.insert("name", resource.names.plural.clone());
    map.insert("singularName", resource.names.singular.clone());
    map.insert("namespaced", resource.scope == Scope::Namespaced);
    map.insert("kind", resource.names.kind.clone());
    map.insert("verbs", words(verbs));
    insert_names(&mut map, "shortNames", &resource.names.short_names);
    insert_names(&mut map, "categories", &resource.names.categories);
    if let Some(storage) = &resource.storage {
        map.insert("storageVersionHash", storage_version_hash(&storage.kind));
    }
    Value::Map(map)
}

fn part(resource: &Resource, sub: &Subresource, group: &str, version: &str, name: String) -> Value {
    let mut map = Map::new();
    map.insert("name", name);
    map.insert("singularName", "");
    map.insert("namespaced", resource.scope == Scope::Namespaced);
    if sub.kind.group != group || sub.kind.version != version {
        if !sub.kind.group.is_empty() {
            map.insert("group", sub.kind.group.clone());
        }
        map.insert("version", sub.kind.version.clone());
    }
    map.insert("kind", sub.kind.kind.clone());
    map.insert("verbs", words(sub.verbs));
    Value::Map(map)
}

/// Verbs in alphabetical order.
pub(super) fn words(verbs: Verbs) -> Value {
    verbs.iter().map(|verb| Value::from(verb.as_str())).collect()
}

/// A list of names, left out when there are none.
pub(super) fn insert_names(map: &mut Map, key: &str, names: &[Str]) {
    if !names.is_empty() {
        map.insert(key, names.iter().map(|name| Value::from(name.clone())).collect::<Value>());
    }
}
