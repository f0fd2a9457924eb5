//! The envelope around a message wherever it travels or is kept by itself: `k8s\0`, then a `runtime.Unknown` that
//! names the kind.

use super::decode::{fields, text};
use super::encode::put;
use super::wire::{Backward, Read, TooDeep};
use super::{ProtobufError, decode};
use crate::decode::set_field;
use crate::types::Struct;
use bytes::Bytes;
use pintle_meta::{Str, Value};

/// What every envelope begins with.
pub const MAGIC: &[u8; 4] = b"k8s\0";

/// The fields of `runtime.Unknown`.
const TYPE_META: u32 = 1;
const RAW: u32 = 2;
const CONTENT_ENCODING: u32 = 3;
const CONTENT_TYPE: u32 = 4;
/// The fields of its `runtime.TypeMeta`.
const API_VERSION: u32 = 1;
const KIND: u32 = 2;

/// A message and what it says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// `apiVersion`; empty when absent.
    pub api_version: Str,
    /// `kind`; empty when absent.
    pub kind: Str,
    /// The message.
    pub raw: &'a [u8],
}

/// Bytes that are no envelope; the texts are those of the reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Nothing at all.
    #[error("empty data")]
    NoData,
    /// Something else.
    #[error("provided data does not appear to be a protobuf message, expected prefix {:?}", GoBytes(MAGIC))]
    NoMagic,
    /// Nothing after the magic.
    #[error("empty body")]
    NoBody,
    /// No envelope after the magic.
    #[error(transparent)]
    Message(#[from] ProtobufError),
}

impl<'a> Envelope<'a> {
    /// Opens an envelope.
    ///
    /// # Errors
    /// [`EnvelopeError`]
    pub fn read(bytes: &'a [u8]) -> Result<Envelope<'a>, EnvelopeError> {
        if bytes.is_empty() {
            return Err(EnvelopeError::NoData);
        }
        let unknown = bytes.strip_prefix(MAGIC).ok_or(EnvelopeError::NoMagic)?;
        if unknown.is_empty() {
            return Err(EnvelopeError::NoBody);
        }
        let mut envelope = Envelope::default();
        for (number, read) in fields("Unknown", unknown)? {
            match (number, read) {
                (TYPE_META, Read::Bytes(message)) => envelope.read_type(message)?,
                (RAW, Read::Bytes(raw)) => envelope.raw = raw,
                (CONTENT_ENCODING | CONTENT_TYPE, Read::Bytes(_)) => {}
                (TYPE_META..=CONTENT_TYPE, read) => {
                    let names = ["TypeMeta", "Raw", "ContentEncoding", "ContentType"];
                    let field = names[number as usize - 1].to_owned();
                    return Err(ProtobufError::WrongWire { wire: read.wire(), field }.into());
                }
                _ => {}
            }
        }
        Ok(envelope)
    }

    fn read_type(&mut self, message: &[u8]) -> Result<(), ProtobufError> {
        for (number, read) in fields("TypeMeta", message)? {
            match (number, read) {
                (API_VERSION, Read::Bytes(bytes)) => self.api_version = text(bytes),
                (KIND, Read::Bytes(bytes)) => self.kind = text(bytes),
                (API_VERSION | KIND, read) => {
                    let field = if number == KIND { "Kind" } else { "APIVersion" }.to_owned();
                    return Err(ProtobufError::WrongWire { wire: read.wire(), field });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The document inside, in the normal form of `ty`, with what the envelope says it is.
    ///
    /// # Errors
    /// [`ProtobufError`]
    pub fn document(&self, ty: &Struct) -> Result<Value, ProtobufError> {
        let mut document = decode(ty, self.raw)?;
        if let Some(map) = document.as_map_mut() {
            for (name, text) in [("kind", &self.kind), ("apiVersion", &self.api_version)] {
                if !text.is_empty() {
                    set_field(ty, map, name, Value::String(text.clone()));
                }
            }
        }
        Ok(document)
    }
}

/// A document of `ty` in its envelope, named by its own `kind` and `apiVersion`.
///
/// # Errors
/// [`TooDeep`]
pub fn enveloped(ty: &Struct, document: &Value) -> Result<Bytes, TooDeep> {
    let says = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default();
    let out = Backward::with_capacity(1024);
    seal(says("apiVersion"), says("kind"), out, |out| put(ty, document, out))
}

/// An envelope around the message that `message` puts.
///
/// # Errors
/// [`TooDeep`]
pub fn seal(
    api_version: &str,
    kind: &str,
    mut out: Backward,
    message: impl FnOnce(&mut Backward),
) -> Result<Bytes, TooDeep> {
    out.bytes(END);
    out.message(RAW, message);
    put_type(api_version, kind, &mut out);
    out.finish()
}

fn put_type(api_version: &str, kind: &str, out: &mut Backward) {
    out.message(TYPE_META, |out| {
        out.text(KIND, kind.as_bytes());
        out.text(API_VERSION, api_version.as_bytes());
    });
    out.bytes(MAGIC);
}

/// What comes behind the message of an envelope: neither encoding nor type is said.
pub const END: &[u8] = &[0x1a, 0, 0x22, 0];

/// Puts the beginning of an envelope around a message whose first fields are written, and which goes on for `rest` bytes.
/// [`END`] comes after those.
pub fn begin(api_version: &str, kind: &str, rest: usize, out: &mut Backward) {
    out.begin(RAW, out.len() + rest);
    put_type(api_version, kind, out);
}

/// Prints bytes as Go's `%v` does: `[107 56 115 0]`.
struct GoBytes<'a>(&'a [u8]);

impl std::fmt::Debug for GoBytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u8::to_string).collect();
        write!(f, "[{}]", numbers.join(" "))
    }
}
