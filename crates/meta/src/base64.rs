//! Standard base64, as byte fields carry it in JSON.
//!
//! Decoding is as lenient as Go's: line breaks are skipped and stray low bits of the last digit are ignored.
//! Errors are Go's too; their byte offset is found only after the fast decoder refused.

use ::base64::Engine;
use ::base64::alphabet::STANDARD;
use ::base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

const ENGINE: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Text that is no base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("illegal base64 data at input byte {offset}")]
pub struct Base64Error {
    /// Where decoding stopped, in bytes of the text.
    pub offset: usize,
}

/// `bytes` as base64 with padding.
pub fn encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// The bytes that `text` stands for.
///
/// # Errors
/// [`Base64Error`] when a character is not of the alphabet or the padding is wrong.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    if let Ok(bytes) = ENGINE.decode(text) {
        return Ok(bytes);
    }
    if let Some(offset) = first_error(text) {
        return Err(Base64Error { offset });
    }
    let joined: Vec<u8> = text.iter().copied().filter(|byte| !is_break(*byte)).collect();
    ENGINE.decode(joined).map_err(|_| Base64Error { offset: text.len() })
}

/// The offset Go reports: of the bad byte, of a quantum that ends early, or of what follows the padding.
fn first_error(text: &[u8]) -> Option<usize> {
    let mut digits = 0;
    for (at, byte) in text.iter().copied().enumerate() {
        match byte {
            _ if is_break(byte) => {}
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => digits = (digits + 1) % 4,
            b'=' if digits >= 2 => return padding_error(text, at, digits),
            _ => return Some(at),
        }
    }
    (digits > 0).then(|| text.len() - digits)
}

/// What is wrong from the first `=` on, which stands after two or three digits of a quantum.
fn padding_error(text: &[u8], first: usize, digits: usize) -> Option<usize> {
    let next = |from: usize| (from..text.len()).find(|at| !is_break(text[*at])).unwrap_or(text.len());
    let mut at = next(first + 1);
    if digits == 2 {
        match text.get(at) {
            None => return Some(text.len()),
            Some(b'=') => at = next(at + 1),
            Some(_) => return Some(at - 1),
        }
    }
    (at < text.len()).then_some(at)
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_the_round_trip() {
        for bytes in [&b""[..], b"a", b"ab", b"abc", b"\x00\xff\x7f\x80"] {
            assert_eq!(decode(encode(bytes).as_bytes()).unwrap(), bytes);
        }
    }

    #[test]
    fn decoding_is_as_lenient_as_go() {
        for (text, bytes) in
            [("YWJj\n", &b"abc"[..]), ("YW\r\nJj", b"abc"), ("YQ=\n=", b"a"), ("YR==", b"a"), ("\n", b"")]
        {
            assert_eq!(decode(text.as_bytes()).unwrap(), bytes, "{text:?}");
        }
    }

    #[test]
    fn errors_name_the_byte_go_names() {
        for (text, offset) in [
            ("!!!", 0),
            ("abc", 0),
            ("abcde", 4),
            ("not-base64", 3),
            ("YQ=", 3),
            ("YQ=a", 2),
            ("YQ==a", 4),
            ("YWI=a", 4),
            ("=", 0),
            ("Y===", 1),
            ("YWJj YWJj", 4),
            ("YWJj=", 4),
        ] {
            assert_eq!(decode(text.as_bytes()), Err(Base64Error { offset }), "{text:?}");
        }
        assert_eq!(Base64Error { offset: 3 }.to_string(), "illegal base64 data at input byte 3");
    }

    #[test]
    fn random_bytes_decode_or_are_refused() {
        let alphabet = b"AZaz09+/=\n !\xff";
        let mut seed = 0x1234_5678_9abc_def1_u64;
        for turn in 0..20_000_usize {
            let bytes: Vec<u8> = (0..turn % 10)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    alphabet[(seed % alphabet.len() as u64) as usize]
                })
                .collect();
            let refused = decode(&bytes).is_err();
            assert_eq!(refused, first_error(&bytes).is_some(), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
