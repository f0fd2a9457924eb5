//! POST: a new object.

use super::commit::{Committed, Terms};
use super::options::{OptionsKind, WriteOptions};
use super::{Write, decode};
use crate::request::reply::Response;
use hyper::body::Incoming;
use pintle_meta::{Object, ResourceVersion, Status, Value};
use pintle_schema::object_meta;

/// How often a generated name may turn out to be taken.
const NAME_ATTEMPTS: usize = 8;
/// The longest name that is generated, in bytes.
const GENERATED_MAX: usize = 63;

pub(super) async fn create(write: Write, body: Incoming) -> Result<Response, Status> {
    let format = decode::body_format(&write.head.headers)?;
    let body = write.body(body).await?;
    let options = WriteOptions::read(&write.query, OptionsKind::Create)?;
    let mut object = decode::object(&write.target, format, &body, options.field_validation, &write.warnings)?;
    object_meta::wipe_system(&mut object);
    write.place_in_namespace(&mut object)?;
    write.dedup_owners(&mut object);
    write.own_created(&mut object);
    let terms = Terms { dry_run: options.dry_run, may_shed_owners: true };
    let created = write.create_named(object, terms).await?;
    write.show(201, created)
}

impl Write {
    /// The object's namespace is the request's: filled in when empty, refused when another.
    pub(super) fn place_in_namespace(&self, object: &mut Value) -> Result<(), Status> {
        if !self.target.is_namespaced() {
            pintle_meta::ObjectMut::remove_meta(object, "namespace");
            return Ok(());
        }
        if object.namespace().is_empty() {
            let schema = &self.target.version().schema;
            object_meta::set_meta(schema, object, "namespace", self.namespace.clone());
        }
        if object.namespace() == self.namespace.as_str() {
            return Ok(());
        }
        let text = "the namespace of the provided object does not match the namespace sent on the request";
        Err(Status::bad_request(text))
    }

    /// Owner references that stand twice are kept once, with a warning.
    pub(super) fn dedup_owners(&self, object: &mut Value) {
        let doubled = object_meta::dedup_owner_references(object);
        if !doubled.is_empty() {
            self.warnings.add(format!(
                ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {}",
                doubled.join(", ")
            ));
        }
    }

    /// Creates the object, under a generated name if it has none of its own.
    pub(super) async fn create_named(&self, object: Value, terms: Terms) -> Result<Value, Status> {
        let generated = object.name().is_empty() && !object.generate_name().is_empty();
        let attempts = if generated { NAME_ATTEMPTS } else { 1 };
        let mut taken = Status::already_exists(&self.group_resource(), object.name());
        for _ in 0..attempts {
            let mut named = object.clone();
            if generated {
                let name = self.generate_name(object.generate_name());
                object_meta::set_meta(&self.target.version().schema, &mut named, "name", name);
            }
            let name = named.name().to_owned();
            let valid = self.validate_create(self.prepare_create(named))?;
            if let Ok(ResourceVersion::At(_)) = ResourceVersion::parse(valid.object.resource_version()) {
                return Err(Status::unclassified(
                    "resourceVersion should not be set on objects to be created",
                ));
            }
            match self.commit_create(&name, valid, terms).await? {
                Committed::Done(created) => return Ok(created),
                Committed::Lost(found) => {
                    taken =
                        self.taken(&name, generated, found.is_some_and(|live| is_terminating(&live.object)));
                }
            }
        }
        Err(taken)
    }

    fn generate_name(&self, base: &str) -> String {
        let suffix = self.server.sources.name_suffix();
        let room = GENERATED_MAX - suffix.len();
        let end =
            (0..=room.min(base.len())).rev().find(|end| base.is_char_boundary(*end)).unwrap_or_default();
        format!("{}{suffix}", &base[..end])
    }

    fn taken(&self, name: &str, generated: bool, terminating: bool) -> Status {
        let mut status = if generated {
            Status::generate_name_conflict(&self.group_resource(), name)
        } else {
            Status::already_exists(&self.group_resource(), name)
        };
        if terminating {
            status.message = format!("object is being deleted: {}", status.message);
        }
        status
    }
}

fn is_terminating(object: &Value) -> bool {
    object.deletion_timestamp().is_some()
}
