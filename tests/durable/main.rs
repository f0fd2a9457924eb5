//! What outlives a process: objects in a folder, a frontend beside another, and storage that comes and goes.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod folder;
mod frontends;
mod killed;
mod outage;

/// A ConfigMap of this name.
fn config_map(name: &str) -> String {
    format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}},"data":{{"a":"1"}}}}"#)
}

/// Where ConfigMaps are.
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// The first resource version of a JSON text: an object's own, or a list's.
fn resource_version(text: &str) -> u64 {
    let (_, after) = text.split_once(r#""resourceVersion":""#).unwrap();
    after.split('"').next().unwrap().parse().unwrap()
}
