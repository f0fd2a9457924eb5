//! What a delete does to an object, by the object's grace period, its finalizers, and what is said of dependents.

use super::options::{DeleteOptions, Propagation};
use crate::request::write::Write;
use pintle_meta::time::Time;
use pintle_meta::{Object, ObjectMut, Value};
use pintle_schema::object_meta;
use pintle_schema::resource::Propagation as DefaultPropagation;

/// Dependents stay.
const ORPHAN: &str = "orphan";
/// Dependents go first.
const FOREGROUND: &str = "foregroundDeletion";

/// What a delete does to the object as it is.
pub(super) enum Plan {
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
    /// What this delete does, by the object's grace period, finalizers, and what it says of dependents.
    pub(super) fn plan(&self, object: &Value, options: &DeleteOptions) -> Plan {
        if object.deletion_timestamp().is_some() && !self.target.resource.hooks.may_finish_deletion(object) {
            return Plan::Wait;
        }
        let mut marked = object.clone();
        let finalizers_changed = self.set_propagation(&mut marked, options);
        let graceful = match self.grace(&mut marked, object, options) {
            // What becomes of dependents was said by whoever deleted it first.
            Grace::Pending => return Plan::Wait,
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
}

/// So many seconds as the reference adds them to a time: counted in nanoseconds that wrap around, which keeps any
/// period that a client names within 292 years.
fn span(seconds: i64) -> i64 {
    const NANOS: i64 = 1_000_000_000;
    seconds.wrapping_mul(NANOS).div_euclid(NANOS)
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
