//! The fields of a header block (RFC 7541, section 6), as far as it takes to find `:authority` among them.
//!
//! No table is kept. A value is replaced by one of the same length, so the tables of both sides keep the same size and
//! hold the same entries at the same places: what the client refers to later is there, and legal.

use super::huffman;
use http::uri::Authority;

const NAME: &[u8] = b":authority";
/// Where the static table has `:authority`, with an empty value.
const STATIC_INDEX: usize = 1;
/// The bit that says that a string is compressed.
const COMPRESSED: u8 = 0x80;

/// What became of a block.
#[derive(Debug, PartialEq)]
pub(super) enum Mended {
    /// Nothing has to be changed.
    Legal,
    /// What it has to be.
    Changed(Vec<u8>),
    /// It is malformed.
    Unreadable,
}

/// Looks for an authority that is none.
pub(super) fn mend(block: &[u8]) -> Mended {
    match changed(block) {
        None => Mended::Unreadable,
        Some(None) => Mended::Legal,
        Some(Some(fields)) => Mended::Changed(fields),
    }
}

fn changed(block: &[u8]) -> Option<Option<Vec<u8>>> {
    let (mut rest, mut changed) = (block, None);
    // Up to where `changed` has the block.
    let mut copied = 0;
    while !rest.is_empty() {
        let start = block.len() - rest.len();
        let Some(field) = Field::read(&mut rest)? else { continue };
        let end = block.len() - rest.len();
        let Some(replaced) = field.replaced() else { continue };
        let fields = changed.get_or_insert_with(Vec::new);
        fields.extend_from_slice(&block[copied..start]);
        fields.extend_from_slice(&block[start..start + field.head]);
        fields.extend_from_slice(&replaced);
        copied = end;
    }
    if let Some(fields) = &mut changed {
        fields.extend_from_slice(&block[copied..]);
    }
    Some(changed)
}

/// An `:authority`.
struct Field {
    /// Bytes before its value.
    head: usize,
    value: Vec<u8>,
}

impl Field {
    /// Reads one field; `None` within when it is another one, `None` when it is malformed.
    fn read(rest: &mut &[u8]) -> Option<Option<Field>> {
        let whole = rest.len();
        let (bits, is_literal) = match rest.first()? {
            first if first & 0x80 != 0 => (7, false),
            first if first & 0xc0 == 0x40 => (6, true),
            first if first & 0xe0 == 0x20 => (5, false),
            _ => (4, true),
        };
        let is_indexed = bits == 7;
        let index = integer(rest, bits)?;
        if !is_literal {
            // The entry of the static table has no value; without the field the request has no authority, which is legal.
            let is_empty = is_indexed && index == STATIC_INDEX;
            return Some(is_empty.then(|| Field { head: 0, value: Vec::new() }));
        }
        let is_authority = match index {
            0 => string(rest)?.is(NAME)?,
            index => index == STATIC_INDEX,
        };
        let head = whole - rest.len();
        let value = string(rest)?;
        Some(if is_authority { Some(Field { head, value: value.read()? }) } else { None })
    }

    /// What is to stand behind the head, when the value is no authority.
    fn replaced(&self) -> Option<Vec<u8>> {
        if Authority::try_from(&self.value[..]).is_ok() {
            return None;
        }
        if self.head == 0 {
            return Some(Vec::new());
        }
        let mut string = Vec::new();
        write_integer(self.value.len(), &mut string);
        string.extend(self.value.iter().map(|byte| legal(*byte)));
        Some(string)
    }
}

/// The byte, if a host may have it (RFC 3986, unreserved).
fn legal(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { byte } else { b'-' }
}

/// A string as it was sent.
struct Text<'a> {
    bytes: &'a [u8],
    is_compressed: bool,
}

impl Text<'_> {
    fn read(&self) -> Option<Vec<u8>> {
        if self.is_compressed { huffman::decode(self.bytes) } else { Some(self.bytes.to_vec()) }
    }

    fn is(&self, name: &[u8]) -> Option<bool> {
        // Longer than any code of it could be: not worth reading.
        if self.bytes.len() > name.len() * 4 {
            return Some(false);
        }
        Some(self.read()? == name)
    }
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<Text<'a>> {
    let is_compressed = rest.first()? & COMPRESSED != 0;
    let length = integer(rest, 7)?;
    let (bytes, others) = rest.split_at_checked(length)?;
    *rest = others;
    Some(Text { bytes, is_compressed })
}

/// An integer with a prefix of `bits` bits (RFC 7541, section 5.1); none that is needed is beyond four bytes.
fn integer(rest: &mut &[u8], bits: u32) -> Option<usize> {
    let most = (1_usize << bits) - 1;
    let (first, mut others) = rest.split_first()?;
    let mut number = usize::from(*first) & most;
    if number == most {
        let mut shift = 0;
        loop {
            let (byte, after) = others.split_first()?;
            others = after;
            number += usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 21 {
                return None;
            }
        }
    }
    *rest = others;
    Some(number)
}

/// The length of a string that is not compressed.
fn write_integer(number: usize, out: &mut Vec<u8>) {
    const MOST: usize = 0x7f;
    let low = |number: usize| u8::try_from(number & 0x7f).expect("seven bits");
    if number < MOST {
        return out.push(low(number));
    }
    out.push(low(MOST));
    let mut left = number - MOST;
    while left > MOST {
        out.push(low(left) | 0x80);
        left >>= 7;
    }
    out.push(low(left));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(prefix: &[u8], value: &[u8]) -> Vec<u8> {
        let mut field = prefix.to_vec();
        write_integer(value.len(), &mut field);
        field.extend_from_slice(value);
        field
    }

    #[test]
    fn every_form_of_a_literal_is_found() {
        let named = raw(&[0x40], b":authority");
        for head in [&[0x41][..], &[0x01], &[0x11], &named] {
            assert_eq!(mend(&raw(head, b"127.0.0.1:2379")), Mended::Legal);
            let mended = raw(head, b"http---127.0.0.1-2379");
            assert_eq!(mend(&raw(head, b"http://127.0.0.1:2379")), Mended::Changed(mended));
        }
    }

    #[test]
    fn compressed_values_are_read() {
        // The request of RFC 7541, C.4.1, and the same with `http://a` in the place of `www.example.com`.
        let legal = [
            0x82, 0x86, 0x84, 0x41, 0x8c, 0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4,
            0xff,
        ];
        assert_eq!(mend(&legal), Mended::Legal);
        let illegal = [&legal[..4], &[0x86, 0x9d, 0x29, 0xae, 0xe3, 0x0c, 0x0f], &[0x90]].concat();
        let mended = [&legal[..3], &raw(&[0x41], b"http---a"), &[0x90]].concat();
        assert_eq!(mend(&illegal), Mended::Changed(mended));
    }

    #[test]
    fn other_fields_stay_as_they_are() {
        let others = [vec![0x3f, 0xe1, 0x1f, 0x82, 0xbe], raw(&[0x00, 1, b'a'], &[b'/'; 300])].concat();
        let given = [&others[..], &raw(&[0x41], &[b'/'; 300]), &others].concat();
        let expected = [&others[..], &raw(&[0x41], &[b'-'; 300]), &others].concat();
        assert_eq!(mend(&given), Mended::Changed(expected));
        assert_eq!(mend(&others), Mended::Legal);
    }

    #[test]
    fn an_empty_authority_is_left_out() {
        assert_eq!(mend(&[0x82, 0x81, 0x84]), Mended::Changed(vec![0x82, 0x84]));
    }

    #[test]
    fn malformed_blocks_are_not_guessed_at() {
        for block in
            [&[0x41][..], &[0x41, 0x05, b'a'], &[0x7f, 0x80, 0x80, 0x80, 0x80, 0x80], &[0x41, 0x81, 0]]
        {
            assert_eq!(mend(block), Mended::Unreadable, "{block:x?}");
        }
    }
}
