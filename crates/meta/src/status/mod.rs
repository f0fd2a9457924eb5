//! `Status`: the one error of the API boundary, and the answer of a delete.
//!
//! One named constructor per reason, in `reasons`; the words are the reference's, clients match on them.

mod reasons;

pub use reasons::Reason;

use crate::value::{List, Map, Str, Value};
use std::fmt;

/// One cause in `details.causes`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Machine-readable reason, `FieldValueRequired` say.
    pub reason: Str,
    /// For people.
    pub message: String,
    /// Which field, when it is about one.
    pub field: String,
}

/// What a Status is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Object name.
    pub name: Str,
    /// API group.
    pub group: Str,
    /// Resource plural, or kind for validation errors.
    pub kind: Str,
    /// Object uid.
    pub uid: Str,
    /// Single problems.
    pub causes: Vec<Cause>,
    /// When to try again; 0 leaves it out.
    pub retry_after_seconds: u32,
}

/// The outcome of a request that is no object. As an error it carries the HTTP code to answer with.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// HTTP code.
    pub code: u16,
    /// Why; empty for success and for a few of the reference's internal errors.
    pub reason: Reason,
    /// For people; some clients match on it.
    pub message: String,
    /// What it is about.
    pub details: Option<Box<Details>>,
    /// `metadata.continue`: how to go on with a list whose revision is gone; "" otherwise.
    pub continue_token: Str,
}

impl Status {
    /// The answer of a delete that is done.
    pub fn deleted(details: Details) -> Status {
        Status { details: Some(Box::new(details)), ..Status::failure(200, Reason::Unknown, "") }
    }

    /// Whether this tells of success.
    pub fn is_success(&self) -> bool {
        self.code < 400
    }

    /// As the document sent to clients.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        map.insert("kind", "Status");
        map.insert("apiVersion", "v1");
        let mut meta = Map::new();
        insert_text(&mut meta, "continue", &self.continue_token);
        map.insert("metadata", meta);
        map.insert("status", if self.is_success() { "Success" } else { "Failure" });
        insert_text(&mut map, "message", &self.message);
        insert_text(&mut map, "reason", self.reason.as_str());
        if let Some(details) = &self.details {
            map.insert("details", details.to_map());
        }
        if !self.is_success() {
            map.insert("code", i64::from(self.code));
        }
        Value::Map(map)
    }

    /// The same with a token to go on with.
    #[must_use]
    pub fn with_continue(mut self, token: impl Into<Str>) -> Status {
        self.continue_token = token.into();
        self
    }

    /// The same with `seconds` to wait before trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Status {
        self.details.get_or_insert_default().retry_after_seconds = seconds;
        self
    }
}

impl Details {
    fn to_map(&self) -> Map {
        let mut map = Map::new();
        insert_text(&mut map, "name", &self.name);
        insert_text(&mut map, "group", &self.group);
        insert_text(&mut map, "kind", &self.kind);
        insert_text(&mut map, "uid", &self.uid);
        if !self.causes.is_empty() {
            map.insert("causes", self.causes.iter().map(Cause::to_value).collect::<List>());
        }
        if self.retry_after_seconds > 0 {
            map.insert("retryAfterSeconds", i64::from(self.retry_after_seconds));
        }
        map
    }
}

impl Cause {
    fn to_value(&self) -> Value {
        let mut map = Map::new();
        insert_text(&mut map, "reason", &self.reason);
        insert_text(&mut map, "message", &self.message);
        insert_text(&mut map, "field", &self.field);
        Value::Map(map)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Status {}

fn insert_text(map: &mut Map, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key, text);
    }
}
