//! The protobuf form of the documents, as the gnostic project defines it: each object of the JSON form is a
//! message, maps are lists of named values, and what has no form of its own (`x-...`, `enum`, version 2's
//! `default`) is YAML text. One table of messages drives both directions.

mod decode;
mod encode;
mod table;
mod wire;
mod yaml;

pub use decode::{DecodeError, decode};

use pintle_meta::Value;
use table::Messages;

/// A version of the documents' protobuf form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/com.github.proto-openapi.spec.v2.v1.0+protobuf`
    V2,
    /// `application/com.github.proto-openapi.spec.v3.v1.0+protobuf`
    V3,
}

/// Version 2's protobuf form of a document.
pub fn v2(document: &Value) -> Vec<u8> {
    encode(Form::V2, document)
}

/// Version 3's protobuf form of a document. A default that is an object or a list is there, but empty: the
/// form has no place for its content.
pub fn v3(document: &Value) -> Vec<u8> {
    encode(Form::V3, document)
}

fn encode(form: Form, document: &Value) -> Vec<u8> {
    let messages = Messages::of(form);
    let mut out = Vec::new();
    encode::message(&messages, messages.document(), document, &mut out);
    out
}
