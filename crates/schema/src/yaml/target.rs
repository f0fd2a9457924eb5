//! A map while it is filled: keys of any kind, and what its JSON will say of them.

use super::go_syntax;
use super::number::general_single;
use super::resolve::Plain;
use pintle_meta::value::{Map, float_text};
use pintle_meta::{Str, Value};
use std::collections::HashMap;

/// A key in the form that tells equal keys; floats by their bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Identity {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(u64),
    Text(Str),
}

/// From so many entries on, keys are found by their hash.
const HASHED_MIN: usize = 16;

/// The entries so far. Of equal keys the last wins.
#[derive(Debug, Default)]
pub(super) struct Target {
    entries: Vec<(Plain, Value)>,
    /// Where each key stands; empty while there are few.
    places: HashMap<Identity, usize>,
}

impl Target {
    /// Sets `key`. Returns how Go writes the key when it was there already.
    pub(super) fn set(&mut self, key: Plain, value: Value) -> Option<String> {
        // NaN is never equal to itself, so Go's map takes it each time.
        if let Some(identity) = identity(&key) {
            if let Some(at) = self.find(&identity) {
                self.entries[at].1 = value;
                return Some(go_syntax::plain(&key));
            }
            if self.entries.len() >= HASHED_MIN {
                self.places.insert(identity, self.entries.len());
            }
        }
        self.entries.push((key, value));
        if self.entries.len() == HASHED_MIN {
            let places = self.entries.iter().enumerate();
            self.places = places.filter_map(|(at, (key, _))| Some((identity(key)?, at))).collect();
        }
        None
    }

    fn find(&self, key: &Identity) -> Option<usize> {
        if self.entries.len() >= HASHED_MIN {
            return self.places.get(key).copied();
        }
        self.entries.iter().position(|(have, _)| identity(have).as_ref() == Some(key))
    }

    /// The map with keys as text, sorted.
    ///
    /// # Errors
    /// A key that JSON can't have, in the reference's words.
    pub(super) fn finish(self) -> Result<Map, String> {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (key, value) in self.entries {
            match key_text(&key) {
                Ok(text) => entries.push((text, value)),
                Err(go_type) => {
                    let (key, value) = (go_syntax::plain(&key), go_syntax::value(&value));
                    let text = format!("Unsupported map key of type: {go_type}, key: {key}, value: {value}");
                    return Err(text);
                }
            }
        }
        let mut map = Map::from_entries(entries, |_| {});
        map.sort();
        Ok(map)
    }
}

fn identity(key: &Plain) -> Option<Identity> {
    Some(match key {
        Plain::Null => Identity::Null,
        Plain::Bool(flag) => Identity::Bool(*flag),
        Plain::Int(number) => Identity::Int(*number),
        Plain::Uint(number) => Identity::Uint(*number),
        Plain::Float(number) if number.is_nan() => return None,
        // Minus zero is zero.
        Plain::Float(number) => Identity::Float((number + 0.0).to_bits()),
        Plain::Text(text) => Identity::Text(text.clone()),
    })
}

/// A key as JSON has it, or the Go type that it can't have.
fn key_text(key: &Plain) -> Result<Str, &'static str> {
    match key {
        Plain::Null => Err("%!s(<nil>)"),
        Plain::Bool(flag) => Ok(Str::from(if *flag { "true" } else { "false" })),
        Plain::Int(number) => Ok(Str::from(number.to_string())),
        Plain::Uint(_) => Err("uint64"),
        Plain::Float(number) => Ok(Str::from(general_single(*number))),
        Plain::Text(text) => Ok(text.clone()),
    }
}

/// A scalar as it comes out of JSON: a float without fraction is an integer if it fits.
///
/// # Errors
/// What JSON has no number for, in Go's words.
pub(super) fn scalar_value(value: Plain) -> Result<Value, String> {
    Ok(match value {
        Plain::Null => Value::Null,
        Plain::Bool(flag) => Value::Bool(flag),
        Plain::Int(number) => Value::Int(number),
        Plain::Uint(number) => Value::Float(number as f64),
        Plain::Text(text) => Value::String(text),
        Plain::Float(number) if number.is_nan() => return Err("json: unsupported value: NaN".to_owned()),
        Plain::Float(f64::INFINITY) => return Err("json: unsupported value: +Inf".to_owned()),
        Plain::Float(f64::NEG_INFINITY) => return Err("json: unsupported value: -Inf".to_owned()),
        Plain::Float(number) => float_text(number).parse().map_or(Value::Float(number), Value::Int),
    })
}
