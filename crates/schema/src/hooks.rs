//! What a kind does that data cannot say: a fixed set of pure functions, all optional.
//!
//! Clock and ids come in as values. A hook never reads storage, never waits, never fails but by field errors.

use pintle_meta::{FieldError, Value};
use std::fmt::Debug;

/// A kind's pure functions. Every method has a default that does nothing.
pub trait Hooks: Debug + Send + Sync {
    /// Sets the defaults that depend on other members, on an object of `version` whose types' own defaults are
    /// set. Runs on every decode, reads from storage included: idempotent, and cheap where nothing is to be done.
    fn default(&self, _version: &str, _object: &mut Value) {}

    /// Clears and sets what a create may not choose (status, generated fields).
    fn prepare_create(&self, _object: &mut Value) {}

    /// Whether a create keeps the status it is sent, although updates of the whole object do not.
    fn creates_with_status(&self) -> bool {
        false
    }

    /// Keeps of `old` what an update may not change, and clears what it may not set.
    fn prepare_update(&self, _object: &mut Value, _old: &Value) {}

    /// [`Hooks::prepare_update`] for a write through a subresource that shows the object itself (`status`,
    /// `finalize`, `resize`).
    fn prepare_subresource(&self, _subresource: &str, object: &mut Value, old: &Value) {
        self.prepare_update(object, old);
    }

    /// What is wrong with an object about to be created, in the reference's order.
    fn validate_create(&self, _object: &Value) -> Vec<FieldError> {
        Vec::new()
    }

    /// What is wrong with an update, in the reference's order.
    fn validate_update(&self, _object: &Value, _old: &Value) -> Vec<FieldError> {
        Vec::new()
    }

    /// Whether the reference deletes it by a store of its own, which words failed preconditions as storage does.
    fn deletes_by_own_store(&self) -> bool {
        false
    }

    /// What else changes in an object whose metadata was just marked as being deleted.
    fn mark_deleting(&self, _object: &mut Value) {}

    /// Whether an object that is being deleted may go now that it has no finalizers in its metadata.
    fn may_finish_deletion(&self, _object: &Value) -> bool {
        true
    }

    /// How long an object lives on after a delete that asked for `asked` seconds; `None` when it goes at once.
    /// Asked only of resources whose strategy has graceful deletion.
    fn grace_period(&self, _object: &Value, _asked: Option<i64>) -> Option<i64> {
        None
    }

    /// Brings an object from version `from` to version `to`, both of this kind; the caller sets `apiVersion`.
    fn convert(&self, _from: &str, _to: &str, _object: &mut Value) {}

    /// The value of a selectable field; `None` leaves it to the path of that name.
    fn selectable_field(&self, _object: &Value, _field: &str) -> Option<String> {
        None
    }

    /// The cells whose column is computed, in column order.
    fn cells(&self, _object: &Value, _now_unix_seconds: i64) -> Vec<Value> {
        Vec::new()
    }

    /// The `conditions` of the object's table row (TableRowCondition); none for almost every object.
    fn row_conditions(&self, _object: &Value) -> Vec<Value> {
        Vec::new()
    }
}

/// A kind that is served by data alone.
#[derive(Debug)]
pub struct NoHooks;

impl Hooks for NoHooks {}
