//! `Value`: the one document type on the serving path.
//!
//! Containers are shared and copied on write, so a clone costs a counter and an edit copies only the path
//! it touches. Trees are dropped without recursion. Numbers follow Go: integers that fit an i64 are `Int`,
//! all others are `Float`.

mod go_json;
mod json;
mod list;
mod map;

pub use ecow::EcoString as Str;
pub use go_json::syntax_error;
pub use json::{
    DEPTH_MAX, ParseError, STACK_SIZE, check_depth, float_text, parse, to_json, to_pretty_json, write_json,
    write_json_string,
};
pub use list::List;
pub use map::Map;

/// A JSON-like document.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// JSON `null`; Go's nil.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer within i64.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text; short strings live inline, longer ones are shared.
    String(Str),
    /// An ordered list.
    List(List),
    /// Keys to values: in declared order for Go structs, sorted for Go maps.
    Map(Map),
}

impl Value {
    /// An empty map.
    pub fn map() -> Value {
        Value::Map(Map::new())
    }

    /// Whether this is `Null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, when this is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The list, when this is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, when this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map for editing, when this is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list for editing, when this is one.
    pub fn as_list_mut(&mut self) -> Option<&mut List> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The member `key` of a map; `None` for anything else.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The member reached by following `keys` through maps.
    pub fn at(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text reached by following `keys`; empty when absent, as a Go zero value would be.
    pub fn text_at(&self, keys: &[&str]) -> &str {
        self.at(keys).and_then(Value::as_str).unwrap_or_default()
    }

    /// The place reached by following `keys`, with maps made on the way where there is nothing or null.
    /// `None` when something that is not a map stands in the way.
    pub fn place(&mut self, keys: &[&str]) -> Option<&mut Value> {
        keys.iter().try_fold(self, |value, key| {
            if value.is_null() {
                *value = Value::map();
            }
            Some(value.as_map_mut()?.entry(key))
        })
    }

    /// Removes what `keys` leads to and returns it.
    pub fn take_at(&mut self, keys: &[&str]) -> Option<Value> {
        let (last, path) = keys.split_last()?;
        let mut value = self;
        for key in path {
            value = value.as_map_mut()?.get_mut(key)?;
        }
        value.as_map_mut()?.remove(last)
    }

    /// Whether this is what Go's `omitempty` leaves out for a value that is no pointer: false, 0, "", nil
    /// and empty containers. (A Go struct is never empty; callers that hold one must not ask.)
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(flag) => !flag,
            Value::Int(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            Value::String(text) => text.is_empty(),
            Value::List(list) => list.is_empty(),
            Value::Map(map) => map.is_empty(),
        }
    }

    /// How Go's JSON decoder calls this value in its errors.
    pub fn json_kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::List(_) => "array",
            Value::Map(_) => "object",
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(Str::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(Str::from(text))
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Value {
        Value::String(text)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Map(map)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Value {
        Value::List(list)
    }
}

impl<const N: usize> From<[(&str, Value); N]> for Value {
    fn from(entries: [(&str, Value); N]) -> Value {
        Value::Map(entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect())
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Value {
        Value::List(items.into_iter().collect())
    }
}

/// Moves the containers among `children` to `pending`, so that they are dropped by a loop, not by recursion.
/// A container that somebody else holds too is only counted down, which is cheap either way.
fn unload<'a>(children: impl Iterator<Item = &'a mut Value>, pending: &mut Vec<Value>) {
    for child in children {
        let deep = match child {
            Value::List(list) => !list.is_empty(),
            Value::Map(map) => !map.is_empty(),
            _ => false,
        };
        if deep {
            pending.push(std::mem::take(child));
        }
    }
}

/// Drops `pending` and all below it in constant stack.
fn drain(mut pending: Vec<Value>) {
    while let Some(mut value) = pending.pop() {
        match &mut value {
            Value::List(list) => list.unload(&mut pending),
            Value::Map(map) => map.unload(&mut pending),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_not_changed_by_edits_of_the_original() {
        let mut pod = parse(br#"{"metadata":{"labels":{"a":"1"}}}"#).unwrap();
        let before = pod.clone();
        *pod.place(&["metadata", "labels", "a"]).unwrap() = "2".into();
        assert_eq!(before.text_at(&["metadata", "labels", "a"]), "1");
        assert_eq!(pod.text_at(&["metadata", "labels", "a"]), "2");
    }

    #[test]
    fn deep_trees_drop_on_a_small_stack() {
        let build_and_drop = || {
            let mut value = Value::Int(1);
            for turn in 0..200_000 {
                value = match turn % 2 {
                    0 => [value].into_iter().collect(),
                    _ => Value::from([("k", value)]),
                };
            }
            drop(value);
        };
        std::thread::Builder::new().stack_size(64 << 10).spawn(build_and_drop).unwrap().join().unwrap();
    }

    #[test]
    fn a_value_stays_small() {
        assert_eq!(size_of::<Value>(), 24);
    }
}
