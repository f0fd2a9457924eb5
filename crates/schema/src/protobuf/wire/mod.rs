//! Protobuf's wire format: fields as they stand in a message, and messages as they are written. Knows nothing of
//! what fields mean.

mod read;
mod write;

pub use read::{Fields, Read, varint};
pub use write::{Backward, TooDeep, put_text, text_len};

/// The most messages inside each other that are read or written: what servers have the stack for. Only schemas nest
/// without end; those that people write stay far below.
pub const NESTING_MAX: usize = 2_000;

/// The wire types of the format.
pub(crate) const VARINT: u8 = 0;
pub(crate) const FIXED64: u8 = 1;
pub(crate) const BYTES: u8 = 2;
pub(crate) const GROUP: u8 = 3;
pub(crate) const END_GROUP: u8 = 4;
pub(crate) const FIXED32: u8 = 5;

/// Bytes that are no message; the texts are those of the reference's decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A field or a number ends behind the end.
    #[error("unexpected EOF")]
    Truncated,
    /// A number of more than ten bytes.
    #[error("proto: integer overflow")]
    Overflow,
    /// A length beyond an i64.
    #[error("proto: negative length found during unmarshaling")]
    NegativeLength,
    /// A group ends that never began.
    #[error("proto: unexpected end of group")]
    EndOfGroup,
    /// A wire type that does not exist.
    #[error("proto: illegal wireType {0}")]
    IllegalWire(u8),
    /// Field 0, or one beyond an i32.
    #[error("illegal tag {number} (wire type {wire})")]
    IllegalTag {
        /// The number as Go reads it.
        number: i32,
        /// The wire type beside it.
        wire: u8,
    },
    /// A group ends where a field should begin.
    #[error("wiretype end group for non-group")]
    EndGroup,
}
