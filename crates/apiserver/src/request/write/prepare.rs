//! What the server itself sets, keeps and clears: status apart from spec, generation, what the kind's hook says.

use super::Write;
use super::live::Live;
use pintle_meta::{Map, Object, ObjectMut, Str, Value};
use pintle_schema::object_meta::{self, only_times_differ};
use pintle_schema::resource::View;
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
        let resets_status = resource.strategy.resets.iter().any(|member| member == "status");
        if resets_status && !resource.hooks.creates_with_status() {
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
        match self.target.subresource().filter(|sub| sub.view == View::Whole) {
            Some(sub) => {
                self.keep_all_but(&sub.name, &sub.resets, &mut object, old);
                resource.hooks.prepare_subresource(&sub.name, &mut object, old);
            }
            None => {
                resource.strategy.resets.iter().for_each(|member| self.keep(&mut object, old, member));
                resource.hooks.prepare_update(&mut object, old);
            }
        }
        object_meta::bump_generation(&version.schema, &resource.strategy, &mut object, old);
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

    /// A write through `status` changes status, and of metadata what its kind lets it.
    fn keep_all_but(&self, written: &str, resets: &[Str], object: &mut Value, old: &Value) {
        if written == "status" {
            let own = |name: &str| !matches!(name, "kind" | "apiVersion" | "metadata" | "status");
            let members = self.target.version().schema.fields().iter().filter(|field| own(&field.name));
            members.for_each(|field| self.keep(object, old, &field.name));
        }
        resets.iter().for_each(|member| self.keep(object, old, member));
    }

    /// Leaves a member as it was in `old`. Of metadata as a whole, all but what tells versions apart.
    fn keep(&self, object: &mut Value, old: &Value, member: &str) {
        let schema = &self.target.version().schema;
        match member.split_once('.') {
            None if member == "metadata" => {
                let version = object.resource_version().to_owned();
                let managed = object.metadata().and_then(|meta| meta.get("managedFields")).cloned();
                self.keep_member(object, old, member);
                object_meta::set_meta(schema, object, "resourceVersion", version);
                if let Some(managed) = managed {
                    object_meta::set_meta(schema, object, "managedFields", managed);
                }
            }
            None => self.keep_member(object, old, member),
            Some(("metadata", key)) => match old.metadata().and_then(|meta| meta.get(key)) {
                Some(value) => object_meta::set_meta(schema, object, key, value.clone()),
                None => drop(object.remove_meta(key)),
            },
            Some((section, key)) => {
                let value = old.at(&[section, key]).cloned().unwrap_or_default();
                if let Some(place) = object.place(&[section, key]) {
                    *place = value;
                }
            }
        }
    }

    fn keep_member(&self, object: &mut Value, old: &Value, member: &str) {
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
