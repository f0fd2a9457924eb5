//! A message field by field, without copying. Fields of groups are passed over whole.

use super::{BYTES, END_GROUP, FIXED32, FIXED64, GROUP, VARINT, WireError};

/// A field's content as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// A number of variable length.
    Varint(u64),
    /// Eight bytes.
    Fixed64(u64),
    /// Four bytes.
    Fixed32(u32),
    /// Text, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// A group, which nothing of ours is.
    Group,
}

impl Read<'_> {
    /// The wire type that it had.
    pub(crate) fn wire(self) -> u8 {
        match self {
            Read::Varint(_) => VARINT,
            Read::Fixed64(_) => FIXED64,
            Read::Fixed32(_) => FIXED32,
            Read::Bytes(_) => BYTES,
            Read::Group => GROUP,
        }
    }
}

/// The fields of a message, in order. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Of this message.
    pub fn new(message: &'a [u8]) -> Fields<'a> {
        Fields(message)
    }

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    fn next_field(&mut self) -> Result<(u32, Read<'a>), WireError> {
        let (tag, wire) = self.tag()?;
        // Go counts fields in an i32.
        let number = (tag >> 3) as i32;
        if wire == END_GROUP {
            return Err(WireError::EndGroup);
        }
        let number = u32::try_from(number)
            .ok()
            .filter(|number| *number > 0)
            .ok_or(WireError::IllegalTag { number, wire })?;
        Ok((number, self.content(wire)?))
    }

    fn tag(&mut self) -> Result<(u64, u8), WireError> {
        let tag = varint(&mut self.0)?;
        Ok((tag, tag.to_le_bytes()[0] & 7))
    }

    fn content(&mut self, wire: u8) -> Result<Read<'a>, WireError> {
        Ok(match wire {
            VARINT => Read::Varint(varint(&mut self.0)?),
            FIXED64 => Read::Fixed64(u64::from_le_bytes(self.array()?)),
            FIXED32 => Read::Fixed32(u32::from_le_bytes(self.array()?)),
            BYTES => {
                let length = varint(&mut self.0)?;
                let length = i64::try_from(length).map_err(|_| WireError::NegativeLength)?;
                Read::Bytes(self.take(usize::try_from(length).map_err(|_| WireError::Truncated)?)?)
            }
            GROUP => {
                self.skip_group()?;
                Read::Group
            }
            other => return Err(WireError::IllegalWire(other)),
        })
    }

    /// By counting, not by recursion.
    fn skip_group(&mut self) -> Result<(), WireError> {
        let mut depth = 1usize;
        while depth > 0 {
            match self.tag()?.1 {
                GROUP => depth += 1,
                END_GROUP => depth -= 1,
                wire => drop(self.content(wire)?),
            }
        }
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Read<'a>), WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.next_field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Takes a number of variable length off the front.
///
/// # Errors
/// [`WireError::Truncated`] or [`WireError::Overflow`].
pub fn varint(rest: &mut &[u8]) -> Result<u64, WireError> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(WireError::Truncated)?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Ok(number);
        }
    }
    Err(WireError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u32, Read<'_>)>, WireError> {
        Fields::new(bytes).collect()
    }

    #[test]
    fn every_wire_type_is_read() {
        let message = [
            &[0x08, 0x96, 0x01][..],
            &[0x11, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x1a, 2, b'a', b'b'],
            &[0x25, 2, 0, 0, 0],
            // Field 5: a group with a number and a group inside.
            &[0x2b, 0x08, 0x01, 0x33, 0x34, 0x2c],
        ]
        .concat();
        let expected = [
            (1, Read::Varint(150)),
            (2, Read::Fixed64(1)),
            (3, Read::Bytes(b"ab")),
            (4, Read::Fixed32(2)),
            (5, Read::Group),
        ];
        assert_eq!(read(&message).unwrap(), expected);
    }

    #[test]
    fn errors_are_the_reference_s() {
        for (bytes, text) in [
            (&[0x08][..], "unexpected EOF"),
            (&[0x0a, 5, b'a'], "unexpected EOF"),
            (&[0x09, 0, 0], "unexpected EOF"),
            (&[0x0b, 0x08, 0x01], "unexpected EOF"),
            (&[0xff; 20], "proto: integer overflow"),
            (
                &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                "proto: negative length found during unmarshaling",
            ),
            (&[0x0e], "proto: illegal wireType 6"),
            (&[0x00, 0x00], "illegal tag 0 (wire type 0)"),
            (&[0x0c], "wiretype end group for non-group"),
        ] {
            assert_eq!(read(bytes).unwrap_err().to_string(), text, "{bytes:x?}");
        }
    }

    #[test]
    fn a_bomb_of_groups_costs_no_stack() {
        let bomb = vec![0x0b; 1 << 20];
        assert_eq!(read(&bomb), Err(WireError::Truncated));
    }
}
