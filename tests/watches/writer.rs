//! Clients that write, each its own objects, so that one knows what is there when an answer was lost.

use crate::client::{Client, World, key, revision, state};
use crate::interest::{COLORS, NAMESPACES, NODES, PHASES, Resource};
use crate::record::Written;
use pintle_meta::Value;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::sync::Arc;

/// Objects of each resource and namespace that one writer has.
const NAMES: usize = 4;

/// One object, and whether it is there.
#[derive(Debug)]
struct Mine {
    resource: Resource,
    namespace: &'static str,
    name: String,
    there: bool,
}

/// Writes so many times; what was acknowledged.
pub(crate) async fn write(world: Arc<World>, writer: usize, seed: u64, times: usize) -> Vec<Written> {
    let mut chance = StdRng::seed_from_u64(seed.wrapping_add(writer as u64));
    let (mut client, mut mine, mut written) = (Client::new(&world), mine(writer), Vec::new());
    for time in 0..times {
        // Another connection now and then, so that one writer writes through all servers.
        if chance.random_ratio(1, 20) {
            client.leave();
        }
        let place = chance.random_range(0..mine.len());
        let one = &mut mine[place];
        let (method, path, body) = one.next(&format!("{writer}-{time}"), &mut chance);
        match client.ask(method, &path, &body).await {
            Ok((200 | 201, object)) => {
                one.there = method != "DELETE";
                if one.there {
                    written.push(acknowledged(&world, one.resource, &object));
                }
            }
            Ok((status, document)) => {
                let text = String::from_utf8(pintle_meta::value::to_json(&document)).unwrap();
                world.fault(format!("{method} {path}: {status} {text}"));
            }
            // Nobody else writes it, so it tells itself.
            Err(_) => one.there = client.read(&one.path()).await.0 == 200,
        }
    }
    written
}

fn mine(writer: usize) -> Vec<Mine> {
    let mut mine = Vec::new();
    for resource in Resource::ALL {
        for namespace in NAMESPACES {
            let named =
                |name| Mine { resource, namespace, name: format!("writer-{writer}-{name}"), there: false };
            mine.extend((0..NAMES).map(named));
        }
    }
    mine
}

impl Mine {
    fn path(&self) -> String {
        format!("/api/v1/namespaces/{}/{}/{}", self.namespace, self.resource.name(), self.name)
    }

    fn next(&self, serial: &str, chance: &mut StdRng) -> (&'static str, String, String) {
        let color = COLORS.choose(chance).unwrap();
        let annotations = format!(r#""annotations":{{"serial":"{serial}"}}"#);
        if !self.there {
            let collection = format!("/api/v1/namespaces/{}/{}", self.namespace, self.resource.name());
            let name = &self.name;
            let metadata =
                format!(r#""metadata":{{"name":"{name}","labels":{{"color":"{color}"}},{annotations}}}"#);
            let rest = match self.resource {
                Resource::ConfigMaps => r#""kind":"ConfigMap""#.to_owned(),
                Resource::Pods => {
                    let node = NODES.choose(chance).unwrap();
                    let containers = r#""containers":[{"name":"c","image":"i"}]"#;
                    format!(r#""kind":"Pod","spec":{{"nodeName":"{node}",{containers}}}"#)
                }
            };
            return ("POST", collection, format!(r#"{{"apiVersion":"v1",{metadata},{rest}}}"#));
        }
        match chance.random_range(0..10) {
            0 | 1 => ("DELETE", format!("{}?gracePeriodSeconds=0", self.path()), String::new()),
            2..=4 if self.resource == Resource::Pods => {
                let phase = PHASES.choose(chance).unwrap();
                let body = format!(r#"{{"metadata":{{{annotations}}},"status":{{"phase":"{phase}"}}}}"#);
                ("PATCH", format!("{}/status", self.path()), body)
            }
            5 => ("PATCH", self.path(), format!(r#"{{"metadata":{{{annotations},"labels":null}}}}"#)),
            _ => {
                let body = format!(r#"{{"metadata":{{{annotations},"labels":{{"color":"{color}"}}}}}}"#);
                ("PATCH", self.path(), body)
            }
        }
    }
}

fn acknowledged(world: &World, resource: Resource, object: &Value) -> Written {
    let revision = revision(object);
    world.acknowledge(revision);
    Written { resource, key: key(object), revision, serial: state(object).serial }
}
