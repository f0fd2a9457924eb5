//! A JSON object under construction: members in the order they are set, which is the order in which the
//! reference prints them.

use pintle_meta::{Map, Str, Value};

/// Members so far. Each is set once.
pub(super) struct Object(Map);

impl Object {
    pub(super) fn new() -> Object {
        Object(Map::new())
    }

    pub(super) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.push(Str::from(key), value.into());
    }

    pub(super) fn set_some(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    pub(super) fn set_unless_empty(&mut self, key: &str, value: Value) {
        if !value.is_empty() {
            self.set(key, value);
        }
    }

    /// Sets `description` when there is one.
    pub(super) fn describe(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.set("description", text);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn finish(self) -> Value {
        Value::Map(self.0)
    }
}

/// `{key: value}`
pub(super) fn single(key: &str, value: impl Into<Value>) -> Value {
    Value::from([(key, value.into())])
}

/// A list of texts.
pub(super) fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    items.into_iter().map(Value::from).collect()
}
