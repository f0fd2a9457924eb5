//! What a scalar is: YAML 1.1 as go-yaml v2 knows it. `y`, `no` and `off` are booleans, `0644` is octal, `1:30`
//! is text, and a timestamp stays text.

use super::YamlError;
use super::grammar::Scalar;
use super::number::{self, Integer};
use super::timestamp::is_timestamp;
use pintle_meta::{Str, base64};
use std::borrow::Cow;

/// A scalar's value; as a key each kind is different from the others.
#[derive(Clone, Debug)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond i64.
    Uint(u64),
    Float(f64),
    Text(Str),
}

/// The kinds that text can be resolved to, by their tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Text,
}

/// Prefix of the tags that YAML defines; `!!` is short for it.
const YAML_TAG: &str = "tag:yaml.org,2002:";

/// The value of `scalar`.
///
/// # Errors
/// When it has a tag that does not fit it.
pub(super) fn resolve(scalar: &Scalar<'_>) -> Result<Plain, YamlError> {
    let text = scalar.text.as_ref();
    let as_text = || Ok(Plain::Text(Str::from(text)));
    if scalar.tag.is_empty() && !scalar.implicit {
        return as_text();
    }
    match scalar.tag.strip_prefix(YAML_TAG) {
        None if scalar.tag.is_empty() => Ok(guess(text, true).1),
        Some("binary") => match base64::decode(text.as_bytes()) {
            Ok(bytes) => Ok(Plain::Text(Str::from(valid(&bytes)))),
            Err(_) => Err(YamlError::new("!!binary value contains invalid base64 data")),
        },
        Some(name @ ("bool" | "int" | "float" | "null" | "timestamp")) => {
            let (kind, value) = guess(text, name == "timestamp");
            match (name, value) {
                ("float", Plain::Int(number)) => Ok(Plain::Float(number as f64)),
                (_, value) if kind.name() == name => Ok(value),
                _ => Err(misfit(kind, text, name)),
            }
        }
        _ => as_text(),
    }
}

/// Whether `text` without quotes would be read as text.
pub(super) fn is_text(text: &str) -> bool {
    guess(text, true).0 == Kind::Text
}

/// Whether `scalar`, as a key, merges maps into the one it stands in.
pub(super) fn is_merge(scalar: &Scalar<'_>) -> bool {
    scalar.text == "<<" && (scalar.implicit || scalar.tag.strip_prefix(YAML_TAG) == Some("merge"))
}

fn guess(text: &str, timestamps: bool) -> (Kind, Plain) {
    let found = match text.as_bytes().first() {
        None | Some(b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => word(text),
        Some(b'.') => special_float(text).or_else(|| point_float(text)),
        Some(b'0'..=b'9') if timestamps && is_timestamp(text) => {
            Some((Kind::Timestamp, Plain::Text(Str::from(text))))
        }
        Some(b'+' | b'-' | b'0'..=b'9') => special_float(text).or_else(|| numeric(text)),
        Some(_) => None,
    };
    found.unwrap_or_else(|| (Kind::Text, Plain::Text(Str::from(text))))
}

fn word(text: &str) -> Option<(Kind, Plain)> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some((Kind::Null, Plain::Null)),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some((Kind::Bool, Plain::Bool(true)))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some((Kind::Bool, Plain::Bool(false)))
        }
        _ => None,
    }
}

fn special_float(text: &str) -> Option<(Kind, Plain)> {
    let number = match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    };
    Some((Kind::Float, Plain::Float(number)))
}

/// A number that starts with its point. Here underscores must stand between digits.
fn point_float(text: &str) -> Option<(Kind, Plain)> {
    let bytes = text.as_bytes();
    let misplaced = (0..bytes.len()).any(|at| {
        bytes[at] == b'_'
            && !(bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
    });
    if misplaced {
        return None;
    }
    number::decimal(&without_underscores(text)).map(|number| (Kind::Float, Plain::Float(number)))
}

fn numeric(text: &str) -> Option<(Kind, Plain)> {
    let text = without_underscores(text);
    match number::integer(&text) {
        Some(Integer::Signed(number)) => Some((Kind::Int, Plain::Int(number))),
        Some(Integer::Unsigned(number)) => Some((Kind::Int, Plain::Uint(number))),
        None => number::decimal(&text).map(|number| (Kind::Float, Plain::Float(number))),
    }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

/// Bytes as text; like Go's JSON it puts one U+FFFD for each bad byte.
fn valid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    text
}

fn misfit(kind: Kind, text: &str, name: &str) -> YamlError {
    YamlError::new(format_args!("cannot decode !!{} `{text}` as a !!{name}", kind.name()))
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Timestamp => "timestamp",
            Kind::Text => "str",
        }
    }
}
