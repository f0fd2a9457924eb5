//! PUT: the object as the client wants it to be; and the attempt loop that patches share.

use super::apply::Wanted;
use super::commit::{Committed, Terms};
use super::live::{Live, Refreshed};
use super::options::{OptionsKind, WriteOptions};
use super::patch::Sent;
use super::{Write, decode};
use crate::request::authorize::{self, Attributes};
use crate::request::read::check_name;
use crate::request::reply::Response;
use hyper::body::Incoming;
use pintle_meta::{FieldError, Object, ResourceVersion, Status, Value};
use pintle_schema::object_meta;

/// What is to become of the object that is there.
pub(super) enum Intent {
    /// It is replaced.
    Replace(Value),
    /// It is changed.
    Patch(Sent),
    /// It is to be so, among other things; if need be it begins.
    Apply(Wanted),
}

impl Intent {
    /// Whoever applies cannot do without owners.
    fn terms(&self, options: &WriteOptions) -> Terms {
        Terms { dry_run: options.dry_run, may_shed_owners: !matches!(self, Intent::Apply(_)) }
    }
}

pub(super) async fn update(write: Write, body: Incoming) -> Result<Response, Status> {
    let body = write.body(body).await?;
    let options = WriteOptions::read(&write.query, OptionsKind::Update)?;
    let format = decode::body_format(&write.head.headers)?;
    let mut object = decode::object(&write.target, format, &body, options.field_validation, &write.warnings)?;
    write.place_in_namespace(&mut object)?;
    write.check_name(&object)?;
    write.dedup_owners(&mut object);
    let outcome = write.change(&Intent::Replace(object), &options).await?;
    let (code, object) = match outcome {
        Outcome::Changed(object) => (200, object),
        Outcome::Created(object) => (201, object),
    };
    write.show(code, object)
}

/// What came of an intent.
pub(super) enum Outcome {
    /// The object was there, and is as it was wanted now.
    Changed(Value),
    /// It was not there and is now.
    Created(Value),
}

/// How one attempt ended.
enum Attempt {
    Done(Value),
    Lost(Option<Live>),
}

impl Write {
    /// Carries an intent out against whatever is there, again and again until nobody was faster. The request's
    /// deadline ends it.
    pub(super) async fn change(&self, intent: &Intent, options: &WriteOptions) -> Result<Outcome, Status> {
        check_name(&self.name)?;
        let mut live = self.live(&self.name).await?;
        loop {
            let Some(found) = &live else {
                match self.begin(intent, options).await? {
                    Attempt::Done(object) => return Ok(Outcome::Created(object)),
                    Attempt::Lost(now) => live = now,
                }
                continue;
            };
            let lost = match self.attempt(intent, found, options).await {
                Ok(Attempt::Done(object)) => return Ok(Outcome::Changed(object)),
                Ok(Attempt::Lost(now)) => now,
                // Computed from a cached object, an error is final only if the object has not moved.
                Err(status) => match self.refresh(&self.name, found).await? {
                    Refreshed::Current => return Err(status),
                    Refreshed::Moved(now) => Some(now),
                    Refreshed::Gone => None,
                },
            };
            live = lost;
        }
    }

    async fn attempt(&self, intent: &Intent, live: &Live, options: &WriteOptions) -> Result<Attempt, Status> {
        let document = self.wanted_document(intent, live, options)?;
        let mut object = self.object_of(document, live)?;
        self.dedup_owners(&mut object);
        self.lock_on(&mut object, live)?;
        let prepared = self.prepare_update(object, live);
        let valid = self.validate_update(prepared, live)?;
        if self.finishes_deletion(&valid.object, live) {
            return self.finish_deletion(valid.object, live, options).await;
        }
        let stored = self.stored_form(valid, Some(live))?;
        if Write::is_unchanged(&stored, live) {
            return Ok(match self.refresh(&self.name, live).await? {
                Refreshed::Current => Attempt::Done(live.object.clone()),
                Refreshed::Moved(now) => Attempt::Lost(Some(now)),
                Refreshed::Gone => Attempt::Lost(None),
            });
        }
        Ok(match self.commit_update(&self.name, stored, live, intent.terms(options)).await? {
            Committed::Done(object) => Attempt::Done(object),
            Committed::Lost(now) => Attempt::Lost(now),
        })
    }

    /// What the intent makes of the document of `live`, with its owners.
    fn wanted_document(&self, intent: &Intent, live: &Live, options: &WriteOptions) -> Result<Value, Status> {
        let before = self.live_document(live);
        let mut document = match intent {
            Intent::Replace(document) => {
                self.check_uid(document, live.object.uid())?;
                let mut document = document.clone();
                self.own_changed(&mut document, &before);
                return Ok(document);
            }
            Intent::Patch(sent) => {
                let mut document = self.patched(sent, &before, options)?;
                self.own_changed(&mut document, &before);
                document
            }
            Intent::Apply(wanted) => self.applied(wanted, before, options)?,
        };
        self.place_in_namespace(&mut document)?;
        self.check_name(&document)?;
        Ok(document)
    }

    /// Nothing is there: an apply begins it, some resources are created by PUT, all else answers 404.
    async fn begin(&self, intent: &Intent, options: &WriteOptions) -> Result<Attempt, Status> {
        let object = match intent {
            _ if self.target.subresource().is_some() => return Err(self.not_found()),
            Intent::Replace(object) if self.target.resource.strategy.create_on_update => {
                let mut object = object.clone();
                object_meta::wipe_system(&mut object);
                self.own_created(&mut object);
                object
            }
            Intent::Apply(wanted) => self.applied_to_nothing(wanted, options)?,
            Intent::Replace(_) | Intent::Patch(_) => return Err(self.not_found()),
        };
        let valid = self.validate_create(self.prepare_create(object))?;
        self.authorize_create()?;
        Ok(match self.commit_create(&self.name, valid, intent.terms(options)).await? {
            Committed::Done(object) => Attempt::Done(object),
            Committed::Lost(now) => Attempt::Lost(now),
        })
    }

    /// The name in the object must be the name in the URL.
    pub(super) fn check_name(&self, object: &Value) -> Result<(), Status> {
        let (have, want) = (object.name(), &self.name);
        if have.is_empty() {
            let text = format!(
                "the name of the object ({want} based on URL) was undeterminable: name must be provided"
            );
            return Err(Status::bad_request(text));
        }
        if have != want.as_str() {
            let text = format!("the name of the object ({have}) does not match the name on the URL ({want})");
            return Err(Status::bad_request(text));
        }
        Ok(())
    }

    /// A uid in the object is a precondition.
    fn check_uid(&self, object: &Value, have: &str) -> Result<(), Status> {
        let asked = object.uid();
        if asked.is_empty() || asked == have {
            return Ok(());
        }
        let key = String::from_utf8_lossy(&self.key(&self.name)).into_owned();
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {asked}, UID in object meta: {have}"
        );
        Err(Status::conflict(&self.group_resource(), &self.name, &why))
    }

    /// A resourceVersion in the object is an optimistic lock; whether it may be left out, the resource says.
    fn lock_on(&self, object: &mut Value, live: &Live) -> Result<(), Status> {
        let asked = ResourceVersion::parse(object.resource_version()).map_err(Status::unclassified)?;
        match asked {
            ResourceVersion::At(revision) if revision == live.revision.get() => Ok(()),
            ResourceVersion::At(_) => {
                let why = "the object has been modified; please apply your changes to the latest version and try again";
                Err(Status::conflict(&self.group_resource(), &self.name, why))
            }
            _ if self.target.resource.strategy.unconditional_update => {
                let revision = live.revision.to_string();
                object_meta::set_meta(&self.target.version().schema, object, "resourceVersion", revision);
                Ok(())
            }
            _ => {
                let error = FieldError::invalid(
                    "metadata.resourceVersion",
                    &Value::Int(0),
                    "must be specified for an update",
                );
                let resource = self.group_resource();
                Err(Status::invalid(&resource.group, &resource.resource, &self.name, &[error]))
            }
        }
    }

    /// Whether this update takes the last finalizer from an object that is being deleted.
    fn finishes_deletion(&self, object: &Value, live: &Live) -> bool {
        let old = &live.object;
        object.finalizers().next().is_none()
            && old.deletion_timestamp().is_some()
            && old.deletion_grace_period_seconds().unwrap_or_default() == 0
            && self.target.resource.hooks.may_finish_deletion(object)
    }

    async fn finish_deletion(
        &self,
        object: Value,
        live: &Live,
        options: &WriteOptions,
    ) -> Result<Attempt, Status> {
        if options.dry_run {
            return Ok(Attempt::Done(object));
        }
        Ok(match self.commit_delete(&self.name, live).await? {
            None => Attempt::Done(object),
            Some(Committed::Done(object)) => Attempt::Done(object),
            Some(Committed::Lost(Some(now))) => Attempt::Lost(Some(now)),
            // Somebody else deleted it; the outcome is the one that was asked for.
            Some(Committed::Lost(None)) => Attempt::Done(object),
        })
    }

    /// Creating by PUT needs permission to create, not only to update.
    fn authorize_create(&self) -> Result<(), Status> {
        let attributes = Attributes { user: &self.user, info: &self.info, verb: "create" };
        if self.server.authorization.allows(&attributes) {
            Ok(())
        } else {
            Err(authorize::forbidden(&attributes))
        }
    }
}
