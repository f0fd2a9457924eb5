//! DELETE of one object: at once, after its grace period, or when its last finalizer goes.

mod collection;
mod options;
mod plan;
mod preconditions;

pub(super) use collection::delete_collection;

use super::Write;
use super::commit::{Committed, Terms};
use super::live::{Live, Refreshed};
use crate::request::read::check_name;
use crate::request::reply::{self, Response};
use hyper::body::Incoming;
use options::DeleteOptions;
use pintle_meta::status::Details;
use pintle_meta::{Object, Status, Value};
use plan::Plan;

pub(super) async fn delete(write: Write, body: Incoming) -> Result<Response, Status> {
    let body = write.body(body).await?;
    let options = write.delete_options(&body)?;
    check_name(&write.name)?;
    let deleted = write.delete_named(&write.name, &options).await?;
    let code = match &deleted {
        Deleted::Pending(_) if options.orphan_dependents == Some(false) => 202,
        _ => 200,
    };
    match deleted {
        Deleted::Gone(object) if !write.target.resource.strategy.returns_deleted_object => {
            Ok(reply::document(code, &write.negotiated, &write.success(&object).to_value()))
        }
        Deleted::Gone(object) | Deleted::Pending(object) => write.show(code, object),
    }
}

/// What became of the object.
enum Deleted {
    /// It is gone; this is what it was.
    Gone(Value),
    /// It is marked and waits for a grace period or finalizers.
    Pending(Value),
}

impl Write {
    /// Deletes the object of this name, again and again until nobody was faster.
    async fn delete_named(&self, name: &str, options: &DeleteOptions) -> Result<Deleted, Status> {
        let missing = || Status::not_found(&self.group_resource(), name);
        let mut live = self.live(name).await?.ok_or_else(missing)?;
        loop {
            let lost = match self.delete_attempt(name, &live, options).await {
                Ok(Ended::Done(deleted)) => return Ok(deleted),
                Ok(Ended::Lost(now)) => now,
                Err(status) => match self.refresh(name, &live).await? {
                    Refreshed::Current => return Err(status),
                    Refreshed::Moved(now) => Some(now),
                    Refreshed::Gone => None,
                },
            };
            live = lost.ok_or_else(missing)?;
        }
    }

    async fn delete_attempt(
        &self,
        name: &str,
        live: &Live,
        options: &DeleteOptions,
    ) -> Result<Ended, Status> {
        self.check_preconditions(&live.object, options)?;
        match self.plan(&live.object, options) {
            Plan::Wait => Ok(match self.refresh(name, live).await? {
                Refreshed::Current => Ended::Done(Deleted::Pending(live.object.clone())),
                Refreshed::Moved(now) => Ended::Lost(Some(now)),
                Refreshed::Gone => Ended::Lost(None),
            }),
            Plan::Remove => self.remove(name, live, options).await,
            Plan::Mark(object) => self.mark(name, live, object, options).await,
            Plan::MarkAndRemove(object) => match self.mark(name, live, object, options).await? {
                Ended::Done(Deleted::Pending(object)) if options.dry_run => {
                    Ok(Ended::Done(Deleted::Gone(object)))
                }
                Ended::Done(Deleted::Pending(object)) => self.remove_marked(name, object, options).await,
                ended => Ok(ended),
            },
        }
    }

    async fn remove(&self, name: &str, live: &Live, options: &DeleteOptions) -> Result<Ended, Status> {
        if options.dry_run {
            return Ok(Ended::Done(Deleted::Gone(live.object.clone())));
        }
        Ok(match self.commit_delete(name, live).await? {
            Some(Committed::Lost(now)) => Ended::Lost(now),
            _ => Ended::Done(Deleted::Gone(live.object.clone())),
        })
    }

    async fn mark(
        &self,
        name: &str,
        live: &Live,
        object: Value,
        options: &DeleteOptions,
    ) -> Result<Ended, Status> {
        let valid = self.marked(object);
        let terms = Terms { dry_run: options.dry_run, may_shed_owners: false };
        Ok(match self.commit_update(name, self.stored_form(valid, Some(live))?, live, terms).await? {
            Committed::Done(object) => Ended::Done(Deleted::Pending(object)),
            Committed::Lost(now) => Ended::Lost(now),
        })
    }

    /// The object was marked with no grace left and no finalizers: it goes now.
    async fn remove_marked(
        &self,
        name: &str,
        object: Value,
        options: &DeleteOptions,
    ) -> Result<Ended, Status> {
        match self.stored(name).await? {
            Some(live) if live.object.uid() == object.uid() => self.remove(name, &live, options).await,
            // Somebody else took it away, and maybe made another of that name.
            _ => Ok(Ended::Done(Deleted::Gone(object))),
        }
    }

    fn success(&self, object: &Value) -> Status {
        let resource = self.group_resource();
        Status::deleted(Details {
            name: object.name().into(),
            group: resource.group,
            kind: resource.resource,
            uid: object.uid().into(),
            ..Details::default()
        })
    }
}

/// How one attempt ended.
enum Ended {
    Done(Deleted),
    Lost(Option<Live>),
}
