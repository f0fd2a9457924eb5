//! The protobuf form of the documents, as the gnostic project defines it: each object of the JSON form is a
//! message, maps are lists of named values, and what has no form of its own (`x-...`, `enum`, version 2's
//! `default`) is YAML text. One table of messages drives both directions.

mod decode;
mod encode;
mod table;
mod yaml;

pub use decode::{DecodeError, decode};

use crate::protobuf::wire::Backward;
use bytes::Bytes;
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
pub fn v2(document: &Value) -> Bytes {
    encode(Form::V2, document)
}

/// Version 3's protobuf form of a document. A default that is an object or a list is there, but empty: the
/// form has no place for its content.
pub fn v3(document: &Value) -> Bytes {
    encode(Form::V3, document)
}

fn encode(form: Form, document: &Value) -> Bytes {
    let messages = Messages::of(form);
    let mut out = Backward::with_capacity(64 * 1024);
    encode::message(&messages, messages.document(), document, &mut out);
    // A document that nests more than is ever written has no protobuf form.
    out.finish().unwrap_or_default()
}
