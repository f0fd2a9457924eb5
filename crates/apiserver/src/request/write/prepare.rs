//! What the server itself sets, keeps and clears: status apart from spec, generation, what the kind's hook says.

use super::Write;
use super::live::Live;
use pintle_meta::{Map, Object, Value};
use pintle_schema::object_meta::{self, only_times_differ};
use pintle_schema::{decode, form};

/// An object ready to be checked. Only this stage makes one.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) object: Value,
    _proof: (),
}

impl Write {
    /// Prepares a new object that has its name.
    pub(super) fn prepare_create(&self, mut object: Value) -> Prepared {
        let (resource, version) = (&self.target.resource, self.target.version());
        let (uid, now) = (self.server.sources.uuid(), self.now());
        object_meta::begin_create(&version.schema, &resource.strategy, &mut object, uid, &now);
        if resource.strategy.status_apart {
            self.clear_status(&mut object);
        }
        resource.hooks.prepare_create(&mut object);
        Prepared { object: self.normal(object), _proof: () }
    }

    /// Prepares the successor of `live`.
    pub(super) fn prepare_update(&self, mut object: Value, live: &Live) -> Prepared {
        let (resource, version) = (&self.target.resource, self.target.version());
        let old = &live.object;
        object_meta::begin_update(&version.schema, &mut object, old);
        let strategy = &resource.strategy;
        if self.target.subresource().is_some_and(|sub| sub.name == "status") {
            self.keep_all_but_status(&mut object, old);
        } else if strategy.status_apart {
            self.keep(&mut object, old, "status");
        }
        resource.hooks.prepare_update(&mut object, old);
        object_meta::bump_generation(&version.schema, strategy, &mut object, old);
        let mut object = self.normal(object);
        if only_times_differ(&object, old) {
            self.keep_managed_fields(&mut object, old);
        }
        Prepared { object, _proof: () }
    }

    fn clear_status(&self, object: &mut Value) {
        let schema = &self.target.version().schema;
        let zero = decode::zero(schema);
        let Some(map) = object.as_map_mut() else { return };
        match zero.get("status") {
            Some(status) => decode::set_field(schema, map, "status", status.clone()),
            None => drop(map.remove("status")),
        }
    }

    /// A status write changes status, and of metadata what its kind lets it.
    fn keep_all_but_status(&self, object: &mut Value, old: &Value) {
        let members: Vec<String> =
            self.target.version().schema.fields().iter().map(|field| field.name.to_string()).collect();
        for member in members {
            if !matches!(member.as_str(), "kind" | "apiVersion" | "metadata" | "status") {
                self.keep(object, old, &member);
            }
        }
    }

    fn keep(&self, object: &mut Value, old: &Value, member: &str) {
        let Some(map) = object.as_map_mut() else { return };
        match old.get(member) {
            Some(value) => decode::set_field(&self.target.version().schema, map, member, value.clone()),
            None => drop(map.remove(member)),
        }
    }

    fn keep_managed_fields(&self, object: &mut Value, old: &Value) {
        let empty = Map::new();
        let fields = old.metadata().unwrap_or(&empty).get("managedFields").cloned().unwrap_or_default();
        object_meta::set_meta(&self.target.version().schema, object, "managedFields", fields);
    }

    /// Normal form and defaults again, after code of ours edited the object.
    fn normal(&self, object: Value) -> Value {
        let (resource, version) = (&self.target.resource, self.target.version());
        let kept = object.clone();
        let mut object = decode::value(object, &version.schema).map_or(kept, |decoded| decoded.value);
        form::default(resource, version, &mut object);
        object
    }
}
