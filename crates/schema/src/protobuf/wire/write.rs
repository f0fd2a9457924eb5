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
        self.begin(field, text.len());
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
        self.begin(field, self.len() - before);
    }

    /// Puts the beginning of a field with text, bytes or a message of this length, which is there or comes later.
    pub fn begin(&mut self, field: u32, length: usize) {
        self.varint(length as u64);
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

    fn varint(&mut self, number: u64) {
        let (digits, length) = varint(number);
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

fn varint(mut number: u64) -> ([u8; 10], usize) {
    let (mut digits, mut length) = ([0; 10], 0);
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        digits[length] = if number > 0 { low | 0x80 } else { low };
        length += 1;
        if number == 0 {
            return (digits, length);
        }
    }
}

/// Adds a field with text, bytes or a message to what stands before it.
pub fn put_text(field: u32, text: &[u8], out: &mut Vec<u8>) {
    for number in [u64::from(field) << 3 | u64::from(BYTES), text.len() as u64] {
        let (digits, length) = varint(number);
        out.extend_from_slice(&digits[..length]);
    }
    out.extend_from_slice(text);
}

/// How many bytes [`put_text`] adds for a text of this length.
pub fn text_len(field: u32, length: usize) -> usize {
    varint(u64::from(field) << 3 | u64::from(BYTES)).1 + varint(length as u64).1 + length
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
