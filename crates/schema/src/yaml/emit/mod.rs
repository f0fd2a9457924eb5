//! A value as the YAML that go-yaml v2 prints: keys in natural order, lists no further right than their key,
//! text without quotes where it reads as text, long lines folded behind column 80.

mod analysis;
mod order;
mod scalar;
mod writer;

use super::number;
use order::natural_order;
use pintle_meta::value::{Map, float_text};
use pintle_meta::{Str, Value};
use scalar::Place;
use writer::Writer;

/// `value` as a YAML document, with a line break at its end.
pub fn emit(value: &Value) -> Vec<u8> {
    let mut emitter = Emitter { out: Writer::new(), open: Vec::new() };
    emitter.node(value, Place::Root);
    while let Some(collection) = emitter.open.last_mut() {
        match collection {
            Collection::List { items, .. } => match items.next() {
                Some(item) => emitter.item(item),
                None => emitter.close(),
            },
            Collection::Map { entries, .. } => match entries.next() {
                Some((key, value)) => emitter.entry(key, value),
                None => emitter.close(),
            },
        }
    }
    emitter.out.finish()
}

struct Emitter<'v> {
    out: Writer,
    open: Vec<Collection<'v>>,
}

/// A collection that is being written, and the indentation of what is around it.
enum Collection<'v> {
    List { items: std::slice::Iter<'v, Value>, outer: Option<usize> },
    Map { entries: std::vec::IntoIter<(&'v Str, &'v Value)>, outer: Option<usize> },
}

impl<'v> Emitter<'v> {
    fn item(&mut self, item: &'v Value) {
        self.out.indent();
        self.out.indicator("-", true);
        self.node(item, Place::Item);
    }

    /// A key that is long or has line breaks is announced by `?`.
    fn entry(&mut self, key: &'v Str, value: &'v Value) {
        self.out.indent();
        if scalar::is_simple_key(key) {
            scalar::text(&mut self.out, key, Place::SimpleKey);
            self.out.colon();
        } else {
            self.out.indicator("?", true);
            scalar::text(&mut self.out, key, Place::Value);
            self.out.indent();
            self.out.indicator(":", true);
        }
        self.node(value, Place::Value);
    }

    fn node(&mut self, value: &'v Value, place: Place) {
        match value {
            Value::Null => scalar::word(&mut self.out, "null", place),
            Value::Bool(flag) => scalar::word(&mut self.out, if *flag { "true" } else { "false" }, place),
            Value::Int(number) => scalar::word(&mut self.out, &number.to_string(), place),
            Value::Float(number) => scalar::word(&mut self.out, &float(*number), place),
            Value::String(text) => scalar::text(&mut self.out, text, place),
            Value::List(list) if list.is_empty() => self.out.empty("[]"),
            Value::Map(map) if map.is_empty() => self.out.empty("{}"),
            Value::List(list) => {
                // Under a key that starts its line a list needs no indentation of its own.
                let outer = self.out.deepen(place == Place::Value && !self.out.at_line_start());
                self.open.push(Collection::List { items: list.iter(), outer });
            }
            Value::Map(map) => {
                let outer = self.out.deepen(false);
                self.open.push(Collection::Map { entries: sorted(map).into_iter(), outer });
            }
        }
    }

    fn close(&mut self) {
        if let Some(Collection::List { outer, .. } | Collection::Map { outer, .. }) = self.open.pop() {
            self.out.restore(outer);
        }
    }
}

fn sorted(map: &Map) -> Vec<(&Str, &Value)> {
    order::sorted(map.iter().collect(), |a, b| natural_order(a.0, b.0))
}

/// A float as it is after a detour through JSON: without a fraction it is an integer as far as u64 reaches.
fn float(number: f64) -> String {
    let text = float_text(number);
    match number::integer(&text) {
        Some(number::Integer::Signed(integer)) => integer.to_string(),
        Some(number::Integer::Unsigned(integer)) => integer.to_string(),
        None => number::general(number),
    }
}
