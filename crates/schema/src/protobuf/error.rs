//! Why bytes are not what they should be; the texts are those of the reference's decoder.

use super::wire::{TooDeep, WireError};

/// Bytes that are not the message they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtobufError {
    /// No message at all.
    #[error(transparent)]
    Wire(WireError),
    /// A tag that this message can't have.
    #[error("proto: {message}: {error}")]
    Tag {
        /// Bare Go name of the message.
        message: String,
        /// What is wrong with it.
        error: WireError,
    },
    /// A field of another type.
    #[error("proto: wrong wireType = {wire} for field {field}")]
    WrongWire {
        /// The wire type it came in.
        wire: u8,
        /// Go's name of the field.
        field: String,
    },
    /// More messages inside each other than are read.
    #[error("the message nests too deeply")]
    TooDeep,
    /// A value that its type refuses.
    #[error("{0}")]
    Value(String),
}

impl ProtobufError {
    /// An error met while reading a message of that Go name.
    pub(super) fn within(message: &str, error: WireError) -> ProtobufError {
        match error {
            WireError::IllegalTag { .. } | WireError::EndGroup => {
                ProtobufError::Tag { message: message.to_owned(), error }
            }
            other => ProtobufError::Wire(other),
        }
    }
}

impl From<TooDeep> for ProtobufError {
    fn from(_: TooDeep) -> ProtobufError {
        ProtobufError::TooDeep
    }
}
