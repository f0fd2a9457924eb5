//! Objects that a fresh server makes: `data/bootstrap.facts`, a line `PLURAL JSON` each.

use pintle_meta::value::parse;
use pintle_meta::{Map, Str, Value};

/// An object to be made, as it would be sent, without kind and apiVersion.
#[derive(Clone, Debug)]
pub struct BootstrapObject {
    /// API group of its resource.
    pub group: Str,
    /// Plural of its resource.
    pub resource: Str,
    /// The object.
    pub object: Value,
}

/// All of them, in the order in which they are made.
pub fn bootstrap() -> Vec<BootstrapObject> {
    include_str!("../data/bootstrap.facts").lines().map(read).collect()
}

fn read(line: &str) -> BootstrapObject {
    let (resource, json) = line.split_once(' ').expect("a plural and an object");
    let mut object = parse(json.as_bytes()).expect("the object is JSON");
    if matches!(resource, "clusterroles" | "clusterrolebindings" | "roles" | "rolebindings") {
        let mut member = |section: &str, key: &str, value: &str| {
            if let Some(place) = object.place(&["metadata", section, key]) {
                *place = value.into();
            }
        };
        member("labels", "kubernetes.io/bootstrapping", "rbac-defaults");
        member("annotations", "rbac.authorization.kubernetes.io/autoupdate", "true");
    }
    if let Some(Value::Map(labels)) = object.place(&["metadata", "labels"]) {
        labels.sort();
    }
    if object.at(&["metadata", "labels"]) == Some(&Value::Map(Map::new()))
        || object["metadata"]["labels"].is_null()
    {
        object.take_at(&["metadata", "labels"]);
    }
    let of = crate::catalog().resources().iter().find(|known| known.names.plural == resource);
    let group = of.expect("the facts know the resource").group.clone();
    BootstrapObject { group, resource: resource.into(), object }
}
