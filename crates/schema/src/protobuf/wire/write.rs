//! A message written from its end to its beginning: what a length counts is written before the length, so
//! nothing is measured twice and nothing moves.

use super::{BYTES, FIXED64, NESTING_MAX, VARINT};
use bytes::Bytes;

/// Bytes that grow at the front. Whoever writes fields writes the last one first.
#[derive(Debug, Default)]
pub struct Backward {
    buffer: Vec<u8>,
    /// Where what is written begins.
    start: usize,
    nesting: usize,
    too_deep: bool,
}

/// A document nests more messages than are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the object nests more than {NESTING_MAX} protobuf messages")]
pub struct TooDeep;

impl Backward {
    /// With room for `capacity` bytes, so that the buffer needn't grow if that was well guessed.
    pub fn with_capacity(capacity: usize) -> Backward {
        Backward { buffer: vec![0; capacity], start: capacity, ..Backward::default() }
    }

    /// How many bytes are written.
    pub fn len(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Whether nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts bytes before what is written.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.start < bytes.len() {
            self.grow(bytes.len());
        }
        let end = self.start;
        self.start -= bytes.len();
        self.buffer[self.start..end].copy_from_slice(bytes);
    }

    /// Puts a field with a number of variable length.
    pub fn number(&mut self, field: u32, number: u64) {
        self.varint(number);
        self.tag(field, VARINT);
    }

    /// Puts a field with a float.
    pub fn double(&mut self, field: u32, number: f64) {
        self.bytes(&number.to_le_bytes());
        self.tag(field, FIXED64);
    }

    /// Puts a field with text or bytes.
    pub fn text(&mut self, field: u32, text: &[u8]) {
        self.bytes(text);
        self.varint(text.len() as u64);
        self.tag(field, BYTES);
    }

    /// Puts a field with a message, whose fields `write` puts.
    pub fn message(&mut self, field: u32, write: impl FnOnce(&mut Backward)) {
        let before = self.len();
        self.nesting += 1;
        match self.nesting > NESTING_MAX {
            true => self.too_deep = true,
            false => write(self),
        }
        self.nesting -= 1;
        self.varint((self.len() - before) as u64);
        self.tag(field, BYTES);
    }

    /// What was written.
    ///
    /// # Errors
    /// [`TooDeep`]
    pub fn finish(self) -> Result<Bytes, TooDeep> {
        if self.too_deep {
            return Err(TooDeep);
        }
        // What stays for long, in storage or a cache, should not hold on to the slack of a wrong guess.
        if self.start > self.len() / 8 {
            return Ok(Bytes::copy_from_slice(&self.buffer[self.start..]));
        }
        Ok(Bytes::from(self.buffer).slice(self.start..))
    }

    fn tag(&mut self, field: u32, wire: u8) {
        self.varint(u64::from(field) << 3 | u64::from(wire));
    }

    fn varint(&mut self, mut number: u64) {
        let (mut digits, mut length) = ([0; 10], 0);
        loop {
            let low = number.to_le_bytes()[0] & 0x7f;
            number >>= 7;
            digits[length] = if number > 0 { low | 0x80 } else { low };
            length += 1;
            if number == 0 {
                break;
            }
        }
        self.bytes(&digits[..length]);
    }

    /// Makes room for `more` bytes and at least doubles the buffer.
    fn grow(&mut self, more: usize) {
        let written = self.len();
        let capacity = (written + more).max(self.buffer.len() * 2).max(256);
        let mut buffer = vec![0; capacity];
        buffer[capacity - written..].copy_from_slice(&self.buffer[self.start..]);
        self.start = capacity - written;
        self.buffer = buffer;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fields, Read};
    use super::*;
    use pintle_meta::value::STACK_SIZE;

    #[test]
    fn what_is_written_is_read_back() {
        for capacity in [0, 7, 1000] {
            let mut out = Backward::with_capacity(capacity);
            out.double(4, 0.5);
            out.message(3, |out| {
                out.number(1, u64::MAX);
                out.text(200, &[b'x'; 300]);
            });
            out.text(2, b"");
            out.number(1, 0);
            let bytes = out.finish().unwrap();
            let fields: Vec<_> = Fields::new(&bytes).map(Result::unwrap).collect();
            assert_eq!(fields[..2], [(1, Read::Varint(0)), (2, Read::Bytes(b""))]);
            assert_eq!(fields[3], (4, Read::Fixed64(0.5f64.to_bits())));
            let Read::Bytes(inner) = fields[2].1 else { panic!("{fields:?}") };
            let inner: Vec<_> = Fields::new(inner).map(Result::unwrap).collect();
            assert_eq!(inner, [(200, Read::Bytes(&[b'x'; 300])), (1, Read::Varint(u64::MAX))]);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        fn nest(out: &mut Backward, levels: usize) {
            if levels > 0 {
                out.message(1, |out| nest(out, levels - 1));
            }
        }
        let all = || {
            for (levels, fits) in [(NESTING_MAX, true), (NESTING_MAX + 1, false), (NESTING_MAX * 2, false)] {
                let mut out = Backward::default();
                nest(&mut out, levels);
                assert_eq!(out.finish().is_ok(), fits, "{levels}");
            }
        };
        std::thread::Builder::new().stack_size(STACK_SIZE).spawn(all).unwrap().join().unwrap();
    }
}
