//! JSON to values and back, as Go's encoding/json does it: `<`, `>`, `&`, U+2028 and U+2029 are escaped,
//! floats are printed in Go's form, nesting is bounded at [`DEPTH_MAX`].

use super::{List, Map, Str, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::fmt;
use std::io::{self, Write};

/// How deep a document may nest: the bound of Go's decoder.
pub const DEPTH_MAX: usize = 10_000;

/// The stack, in bytes, of threads that walk documents: the deepest one must not overflow it. Pages of it that
/// nobody touches cost nothing.
pub const STACK_SIZE: usize = 64 * 1024 * 1024;

/// Why bytes are not a JSON document.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// More than [`DEPTH_MAX`] containers inside each other.
    #[error("exceeded max depth")]
    TooDeep,
    /// Not JSON; the text is serde_json's, for logs.
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
}

/// Parses one JSON document. Of equal keys the last wins.
///
/// # Errors
/// [`ParseError`] when the bytes are no single JSON document or nest too deep.
pub fn parse(bytes: &[u8]) -> Result<Value, ParseError> {
    check_depth(bytes)?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Refuses `bytes` that nest more than [`DEPTH_MAX`] deep. Brackets within strings do not count.
///
/// # Errors
/// [`ParseError::TooDeep`].
pub fn check_depth(bytes: &[u8]) -> Result<(), ParseError> {
    if bytes.len() <= DEPTH_MAX {
        return Ok(());
    }
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(ParseError::TooDeep);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// `value` as compact JSON.
pub fn to_json(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write_json(value, &mut out);
    out
}

/// Appends `value` as compact JSON.
pub fn write_json(value: &Value, out: &mut Vec<u8>) {
    let mut serializer = serde_json::Serializer::with_formatter(out, GoFormatter(CompactFormatter));
    value.serialize(&mut serializer).expect("writing to memory cannot fail");
}

/// Appends `text` as a JSON string.
pub fn write_json_string(text: &str, out: &mut Vec<u8>) {
    let mut serializer = serde_json::Serializer::with_formatter(out, GoFormatter(CompactFormatter));
    serializer.serialize_str(text).expect("writing to memory cannot fail");
}

/// `value` as JSON indented by two spaces.
pub fn to_pretty_json(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let formatter = GoFormatter(PrettyFormatter::with_indent(b"  "));
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    value.serialize(&mut serializer).expect("writing to memory cannot fail");
    out
}

/// A number as Go's encoding/json prints a float64: no exponent from 1e-6 up to 1e21.
pub fn float_text(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    match text.split_once("e-") {
        Some((digits, exponent)) => format!("{digits}e-{exponent:0>2}"),
        None => text.replacen('e', "e+", 1),
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                list.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Value::Map(map) => {
                let mut entries = serializer.serialize_map(Some(map.len()))?;
                map.iter().try_for_each(|(key, value)| entries.serialize_entry(key.as_str(), value))?;
                entries.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON document")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(Str::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = List::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries: Vec<(Str, Value)> = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(Map::from_entries(entries, |_| {})))
    }
}

/// Wraps one of serde_json's formatters and prints strings and floats as Go does.
struct GoFormatter<F>(F);

impl<F: Formatter> Formatter for GoFormatter<F> {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, number: f64) -> io::Result<()> {
        writer.write_all(float_text(number).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, found)) = special(rest) {
            writer.write_all(&rest.as_bytes()[..at])?;
            write!(writer, "\\u{:04x}", u32::from(found))?;
            rest = &rest[at + found.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// The first character of `text` that Go escapes and serde_json does not.
fn special(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|at| match bytes[at] {
        b'<' | b'>' | b'&' => Some((at, char::from(bytes[at]))),
        0xE2 if bytes.get(at + 1) == Some(&0x80) => match bytes.get(at + 2) {
            Some(0xA8) => Some((at, '\u{2028}')),
            Some(0xA9) => Some((at, '\u{2029}')),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        String::from_utf8(to_json(&parse(text.as_bytes()).unwrap())).unwrap()
    }

    #[test]
    fn numbers_and_strings_print_as_go_prints_them() {
        for (input, output) in [
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "9223372036854776000"),
            // The nearest float, to the last bit.
            (
                "111666666666666666666666666666666666666666666666666666666666666666666666666666666661",
                "1.1166666666666667e+83",
            ),
            ("1.0", "1"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("0.0000001", "1e-07"),
            ("0.000001", "0.000001"),
            (r#""a<b>&\u2028\u00e9\t\u0001""#, "\"a\\u003cb\\u003e\\u0026\\u2028é\\t\\u0001\""),
            (r#"{"b":[1,{}],"a":null}"#, r#"{"b":[1,{}],"a":null}"#),
        ] {
            assert_eq!(round(input), output);
        }
    }

    #[test]
    fn pretty_json_is_indented_by_two() {
        let value = parse(br#"{"a":[1],"b":{}}"#).unwrap();
        assert_eq!(to_pretty_json(&value), b"{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
    }

    #[test]
    fn nesting_is_bounded() {
        let nest = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(nest(DEPTH_MAX).as_bytes()).is_ok());
        assert!(matches!(parse(nest(DEPTH_MAX + 1).as_bytes()), Err(ParseError::TooDeep)));
        let quoted = format!("\"{}\"", "[".repeat(20_000));
        assert!(parse(quoted.as_bytes()).is_ok());
    }
}
