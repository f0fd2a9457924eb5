//! Documents to normal form, in one pass driven by the type: what Go would print after decoding.
//!
//! Unknown and duplicate fields are collected, a wrong type is reported in the words of Go's decoder, and
//! decoding goes on after it as Go's does, so that the first error is the one the reference names.

mod complaint;
mod conform;
mod normal;
mod source;
mod special;
mod walk;

pub(crate) use normal::zero_of;
pub(crate) use normal::{Slots, assemble};
pub use normal::{set_field, zero};

use crate::types::Struct;
use complaint::{Complaints, Words};
use pintle_meta::value::{ParseError, check_depth, syntax_error};
use pintle_meta::{Str, Value};
use serde::de::DeserializeSeed;
use source::ValueSource;
use walk::StructSeed;

/// A document in normal form and what a strict reader would have refused.
#[derive(Debug)]
pub struct Decoded {
    /// The document.
    pub value: Value,
    /// `unknown field "spec.foo"`, `duplicate field "data.k"`: in the order found, each once, at most 100.
    pub strict: Vec<String>,
}

/// Why a document is not of its type; the text is Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON at all.
    #[error("{0}")]
    Syntax(String),
    /// A value of the wrong type, or one that its type refuses.
    #[error("{0}")]
    Type(String),
}

/// Decodes JSON into the normal form of `ty`.
///
/// # Errors
/// [`DecodeError`] with the text that the reference's decoder gives.
pub fn json(bytes: &[u8], ty: &Struct) -> Result<Decoded, DecodeError> {
    check_depth(bytes).map_err(|error: ParseError| DecodeError::Syntax(error.to_string()))?;
    let mut complaints = Complaints::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.disable_recursion_limit();
    let seed = StructSeed::root(ty, &mut complaints);
    let outcome = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match outcome {
        Ok(value) => complaints.finish(value.unwrap_or_else(|| zero(ty))),
        Err(error) => Err(explain(bytes, complaints, &error)),
    }
}

/// Brings a document that was edited member by member back to the normal form of `ty`.
///
/// # Errors
/// [`DecodeError::Type`], as if the document had come as JSON.
pub fn value(document: Value, ty: &Struct) -> Result<Decoded, DecodeError> {
    walk_value(document, ty, Words::Json)
}

/// The same in the words and by the rules of the reference's converter of untyped documents, which strategic merge
/// patches go through: integers that do not fit wrap around.
///
/// # Errors
/// [`DecodeError::Type`].
pub fn unstructured(document: Value, ty: &Struct) -> Result<Decoded, DecodeError> {
    walk_value(document, ty, Words::Unstructured)
}

fn walk_value(document: Value, ty: &Struct, words: Words) -> Result<Decoded, DecodeError> {
    if let Some(value) = conform::conform(ty, &document) {
        return Ok(Decoded { value, strict: Vec::new() });
    }
    let mut complaints = Complaints::told_in(words);
    let outcome = StructSeed::root(ty, &mut complaints).deserialize(ValueSource(document));
    match outcome {
        Ok(value) => complaints.finish(value.unwrap_or_else(|| zero(ty))),
        Err(error) => Err(complaints.fatal().unwrap_or_else(|| DecodeError::Type(error.to_string()))),
    }
}

/// What a document says it is, read as the reference's first look does: keys in any case, the last one wins.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TypeMeta {
    /// `apiVersion`; empty when absent.
    pub api_version: Str,
    /// `kind`; empty when absent.
    pub kind: Str,
}

/// Reads `apiVersion` and `kind` of a JSON document and checks the syntax of the rest.
///
/// # Errors
/// [`DecodeError`] with Go's text.
pub fn type_meta(bytes: &[u8]) -> Result<TypeMeta, DecodeError> {
    check_depth(bytes).map_err(|error: ParseError| DecodeError::Syntax(error.to_string()))?;
    if let Some(text) = syntax_error(bytes) {
        return Err(DecodeError::Syntax(text));
    }
    let document =
        pintle_meta::value::parse(bytes).map_err(|error| DecodeError::Syntax(error.to_string()))?;
    type_meta_of(&document)
}

/// Reads `apiVersion` and `kind` of a parsed document.
///
/// # Errors
/// [`DecodeError::Type`] with Go's text when they are no texts, or the document is no object.
pub fn type_meta_of(document: &Value) -> Result<TypeMeta, DecodeError> {
    const GO_TYPE: &str = r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
    let mut found = TypeMeta::default();
    let map = match document {
        Value::Null => return Ok(found),
        Value::Map(map) => map,
        other => {
            let text =
                format!("json: cannot unmarshal {} into Go value of type {GO_TYPE}", other.json_kind());
            return Err(DecodeError::Type(text));
        }
    };
    for (key, value) in map.iter() {
        let (name, place) = match key.as_str() {
            key if key.eq_ignore_ascii_case("apiVersion") => ("apiVersion", &mut found.api_version),
            key if key.eq_ignore_ascii_case("kind") => ("kind", &mut found.kind),
            _ => continue,
        };
        match value {
            Value::Null => {}
            Value::String(text) => *place = text.clone(),
            other => {
                let kind = other.json_kind();
                let text =
                    format!("json: cannot unmarshal {kind} into Go struct field .{name} of type string");
                return Err(DecodeError::Type(text));
            }
        }
    }
    Ok(found)
}

/// Go checks the syntax of the whole before it looks at types, so a syntax error anywhere wins.
fn explain(bytes: &[u8], complaints: Complaints<'_>, error: &serde_json::Error) -> DecodeError {
    if let Some(text) = syntax_error(bytes) {
        return DecodeError::Syntax(text);
    }
    complaints.fatal().unwrap_or_else(|| DecodeError::Syntax(error.to_string()))
}
