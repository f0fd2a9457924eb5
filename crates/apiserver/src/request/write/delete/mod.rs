//! DELETE of one object: at once, after its grace period, or when its last finalizer goes.

use super::Write;
use super::commit::Committed;
use super::delete_options::{DeleteOptions, Propagation};
use super::live::{Live, Refreshed};
use crate::request::read::check_name;
use crate::request::reply::{self, Response};
use hyper::body::Incoming;
use pintle_meta::status::Details;
use pintle_meta::time::Time;
use pintle_meta::{Object, ObjectMut, Status, Value};
use pintle_schema::object_meta;
use pintle_schema::resource::Propagation as DefaultPropagation;

/// Dependents stay.
const ORPHAN: &str = "orphan";
/// Dependents go first.
const FOREGROUND: &str = "foregroundDeletion";

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
pub(super) enum Deleted {
    /// It is gone; this is what it was.
    Gone(Value),
    /// It is marked and waits for a grace period or finalizers.
    Pending(Value),
}

/// What a delete does to the object as it is.
enum Plan {
    /// Take it away.
    Remove,
    /// Nothing: it is on its way already.
    Wait,
    /// Write this.
    Mark(Value),
    /// Write this, then take it away.
    MarkAndRemove(Value),
}

impl Write {
    /// Deletes the object of this name, again and again until nobody was faster.
    pub(super) async fn delete_named(&self, name: &str, options: &DeleteOptions) -> Result<Deleted, Status> {
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
        Ok(match self.commit_update(name, valid, live, options.dry_run).await? {
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
            Some(live) => self.remove(name, &live, options).await,
            None => Ok(Ended::Done(Deleted::Gone(object))),
        }
    }

    fn check_preconditions(&self, object: &Value, options: &DeleteOptions) -> Result<(), Status> {
        let kind = &self.target.version().kind;
        let conflict = |why: &str| {
            let named = pintle_meta::GroupResource::new(kind.group.clone(), kind.kind.clone());
            Err(Status::conflict(&named, object.name(), why))
        };
        if let Some(uid) = options.uid.as_deref().filter(|uid| *uid != object.uid()) {
            let have = object.uid();
            return conflict(&format!(
                "the UID in the precondition ({uid}) does not match the UID in record ({have}). The object might have been deleted and then recreated"
            ));
        }
        if let Some(asked) = options.resource_version.as_deref().filter(|rv| *rv != object.resource_version())
        {
            let have = object.resource_version();
            return conflict(&format!(
                "the ResourceVersion in the precondition ({asked}) does not match the ResourceVersion in record ({have}). The object might have been modified"
            ));
        }
        Ok(())
    }

    /// What this delete does, by the object's grace period, finalizers, and what it says of dependents.
    fn plan(&self, object: &Value, options: &DeleteOptions) -> Plan {
        let mut marked = object.clone();
        let finalizers_changed = self.set_propagation(&mut marked, options);
        let graceful = match self.grace(&mut marked, object, options) {
            Grace::Pending if !finalizers_changed => return Plan::Wait,
            Grace::Pending => true,
            Grace::Started => true,
            Grace::None => false,
        };
        let finalizers = marked.finalizers().next().is_some();
        if graceful {
            let over = marked.deletion_grace_period_seconds() == Some(0) && !finalizers;
            return if over { Plan::MarkAndRemove(marked) } else { Plan::Mark(marked) };
        }
        if !finalizers && self.target.resource.hooks.may_finish_deletion(&marked) {
            return if finalizers_changed {
                Plan::MarkAndRemove(self.deleting(marked))
            } else {
                Plan::Remove
            };
        }
        let marked = self.deleting(marked);
        if marked == *object { Plan::Wait } else { Plan::Mark(marked) }
    }

    /// Starts or shortens the grace period of a resource that has one.
    fn grace(&self, marked: &mut Value, object: &Value, options: &DeleteOptions) -> Grace {
        let resource = &self.target.resource;
        if !resource.strategy.graceful_deletion {
            return Grace::None;
        }
        let asked = options.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
        let now = self.server.sources.unix_seconds();
        if let Some(stamp) = object.deletion_timestamp() {
            let have = object.deletion_grace_period_seconds().unwrap_or_default();
            if have == 0 {
                return Grace::None;
            }
            let Some(asked) = asked.filter(|asked| *asked < have) else { return Grace::Pending };
            let started = Time::parse(stamp).map_or(now, |time| time.unix()) - span(have);
            let wanted = started + span(asked);
            let (until, seconds) =
                if wanted < now && asked != 0 { (now, 1) } else { (wanted.max(now), asked) };
            self.set_deletion(marked, until, seconds);
            return Grace::Started;
        }
        let Some(seconds) = resource.hooks.grace_period(object, asked) else { return Grace::None };
        self.set_deletion(marked, now + span(seconds), seconds);
        if object.generation() > 0 {
            let schema = &self.target.version().schema;
            object_meta::set_meta(schema, marked, "generation", object.generation() + 1);
        }
        Grace::Started
    }

    /// Marks an object that goes as soon as its finalizers are done.
    fn deleting(&self, mut object: Value) -> Value {
        let schema = &self.target.version().schema;
        let now = self.server.sources.unix_seconds();
        if object.deletion_timestamp().is_none() && object.generation() > 0 {
            let next = object.generation() + 1;
            object_meta::set_meta(schema, &mut object, "generation", next);
        }
        let stamp = object.deletion_timestamp().and_then(|text| Time::parse(text).ok());
        let until = stamp.map(|time| time.unix()).filter(|until| *until <= now).unwrap_or(now);
        self.set_deletion(&mut object, until, 0);
        self.target.resource.hooks.mark_deleting(&mut object);
        object
    }

    fn set_deletion(&self, object: &mut Value, until: i64, seconds: i64) {
        let schema = &self.target.version().schema;
        object_meta::set_meta(schema, object, "deletionTimestamp", Time::from_unix(until).to_string());
        object_meta::set_meta(schema, object, "deletionGracePeriodSeconds", seconds);
    }

    /// Sets the finalizers that tell the garbage collector what to do with dependents.
    fn set_propagation(&self, object: &mut Value, options: &DeleteOptions) -> bool {
        let default = self.target.resource.strategy.propagation;
        if default == DefaultPropagation::Unsupported {
            return self.replace_finalizers(object, false, false);
        }
        let has = |name: &str| object.finalizers().any(|finalizer| finalizer == name);
        let (orphan, foreground) = match (options.orphan_dependents, options.propagation) {
            (Some(orphan), _) => (orphan, false),
            (None, Some(policy)) => (policy == Propagation::Orphan, policy == Propagation::Foreground),
            (None, None) if has(ORPHAN) => (true, false),
            (None, None) if has(FOREGROUND) => (false, true),
            (None, None) => (default == DefaultPropagation::Orphan, false),
        };
        self.replace_finalizers(object, orphan, foreground)
    }

    fn replace_finalizers(&self, object: &mut Value, orphan: bool, foreground: bool) -> bool {
        let had = |name: &str| object.finalizers().any(|finalizer| finalizer == name);
        if had(ORPHAN) == orphan && had(FOREGROUND) == foreground {
            return false;
        }
        let mut names: Vec<String> = object
            .finalizers()
            .filter(|name| *name != ORPHAN && *name != FOREGROUND)
            .map(str::to_owned)
            .collect();
        names.extend(orphan.then(|| ORPHAN.to_owned()));
        names.extend(foreground.then(|| FOREGROUND.to_owned()));
        if names.is_empty() {
            object.remove_meta("finalizers");
        } else {
            let list: Value = names.into_iter().map(Value::from).collect();
            object_meta::set_meta(&self.target.version().schema, object, "finalizers", list);
        }
        true
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

/// So many seconds as the reference adds them to a time: counted in nanoseconds that wrap around, which keeps any
/// period that a client names within 292 years.
fn span(seconds: i64) -> i64 {
    const NANOS: i64 = 1_000_000_000;
    seconds.wrapping_mul(NANOS).div_euclid(NANOS)
}

/// How one attempt ended.
enum Ended {
    Done(Deleted),
    Lost(Option<Live>),
}

/// What a grace period asks for.
enum Grace {
    /// There is none.
    None,
    /// It runs already and is not shortened.
    Pending,
    /// It starts, or gets shorter.
    Started,
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn no_grace_period_leaves_the_calendar() {
        assert_eq!((span(0), span(30), span(-1)), (0, 30, -1));
        for far in [i64::MAX, i64::MIN, i64::MAX / 3, 10_000_000_000] {
            assert!(span(far).abs() < 300 * 366 * 24 * 60 * 60, "{far}");
        }
    }
}
