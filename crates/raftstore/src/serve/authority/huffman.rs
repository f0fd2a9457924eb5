//! The Huffman code of header strings (RFC 7541, appendix B). It is canonical: codes of one length follow each other in the
//! order of their bytes, so the lengths say everything.

/// The length of each byte's code, in bits.
#[rustfmt::skip]
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];
const LONGEST: usize = 30;
/// Bits that may be left over at the end; all are ones.
const PADDING_MAX: usize = 7;

/// Reads a string; `None` when it is none.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let code = Code::NEW;
    let mut decoded = Vec::with_capacity(bytes.len() * 8 / 5);
    let (mut bits, mut length) = (0, 0);
    for byte in bytes {
        for shift in (0..8).rev() {
            bits = bits << 1 | u32::from(byte >> shift & 1);
            length += 1;
            if let Some(byte) = code.byte(bits, length) {
                decoded.push(byte);
                (bits, length) = (0, 0);
            } else if length == LONGEST {
                return None;
            }
        }
    }
    (length <= PADDING_MAX && bits == (1 << length) - 1).then_some(decoded)
}

/// By length: the first code, how many there are, and the place of their bytes.
struct Code {
    first: [u32; LONGEST + 1],
    count: [u32; LONGEST + 1],
    place: [u32; LONGEST + 1],
    /// Bytes in the order of their codes.
    bytes: [u8; 256],
}

impl Code {
    const NEW: Code = Code::new();

    const fn new() -> Code {
        let mut code = Code {
            first: [0; LONGEST + 1],
            count: [0; LONGEST + 1],
            place: [0; LONGEST + 1],
            bytes: [0; 256],
        };
        let (mut length, mut next, mut place) = (1, 0, 0);
        while length <= LONGEST {
            next <<= 1;
            code.first[length] = next;
            code.place[length] = place;
            let mut byte = 0;
            while byte < LENGTHS.len() {
                if LENGTHS[byte] as usize == length {
                    code.bytes[place as usize] = byte as u8;
                    code.count[length] += 1;
                    (next, place) = (next + 1, place + 1);
                }
                byte += 1;
            }
            length += 1;
        }
        code
    }

    fn byte(&self, bits: u32, length: usize) -> Option<u8> {
        let nth = bits.checked_sub(self.first[length])?;
        if nth >= self.count[length] {
            return None;
        }
        self.bytes.get((self.place[length] + nth) as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let host = [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        assert_eq!(decode(&host).unwrap(), b"www.example.com");
        assert_eq!(decode(&[0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf]).unwrap(), b"no-cache");
        assert_eq!(decode(&[]).unwrap(), b"");
    }

    #[test]
    fn padding_of_zeros_or_of_a_byte_is_refused() {
        assert_eq!(decode(&[0x00]), None);
        assert_eq!(decode(&[0xff]), None);
        assert_eq!(decode(&[0xff; 4]), None);
        assert_eq!(decode(&[0x07]).unwrap(), b"0");
    }

    #[test]
    fn every_byte_has_its_code() {
        let code = Code::NEW;
        for byte in 0..=255_u8 {
            let length = usize::from(LENGTHS[usize::from(byte)]);
            let bits = (0..1 << 12)
                .map(|nth| code.first[length] + nth)
                .find(|bits| code.byte(*bits, length) == Some(byte));
            assert!(bits.is_some(), "{byte}");
        }
    }
}
