//! Bytes to text: byte order marks, UTF-16, and the characters YAML refuses.
//!
//! go-yaml reads 512 bytes at a time and refuses a whole window for one bad character in it, but only when
//! the scanner gets there. So what stands before that window is still read, and may be refused first.

use std::borrow::Cow;

/// How many bytes go-yaml decodes at once.
const WINDOW: usize = 512;

/// What the scanner may read.
#[derive(Debug)]
pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
    /// What is wrong with that which follows `text`.
    pub(super) fault: Option<&'static str>,
}

/// Decodes `bytes` up to the window that holds the first bad character.
pub(super) fn read(bytes: &[u8]) -> Text<'_> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return decode(bytes, bytes.len() - rest.len(), |bytes| utf16(bytes, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return decode(bytes, bytes.len() - rest.len(), |bytes| utf16(bytes, u16::from_be_bytes));
    }
    let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(rest) {
        Ok(text) if text.chars().all(is_allowed) => Text { text: Cow::Borrowed(text), fault: None },
        _ => decode(bytes, bytes.len() - rest.len(), utf8),
    }
}

/// One character and its width, or that more bytes are needed, or what is wrong.
type Step = Result<(char, usize), Wrong>;

enum Wrong {
    /// Cut off; the words are for when nothing follows.
    Incomplete(&'static str),
    Bad(&'static str),
}

fn decode<'a>(bytes: &[u8], start: usize, next: impl Fn(&[u8]) -> Step) -> Text<'a> {
    let (mut text, mut at, mut from) = (String::new(), start, 0);
    loop {
        let end = bytes.len().min(from + WINDOW);
        let kept = text.len();
        while at < end {
            let wrong = match next(&bytes[at..end]) {
                Ok((c, width)) if is_allowed(c) => {
                    text.push(c);
                    at += width;
                    continue;
                }
                Ok(_) => "control characters are not allowed",
                Err(Wrong::Bad(words)) => words,
                Err(Wrong::Incomplete(_)) if end < bytes.len() => break,
                Err(Wrong::Incomplete(words)) => words,
            };
            text.truncate(kept);
            return Text { text: Cow::Owned(text), fault: Some(wrong) };
        }
        if at == bytes.len() {
            return Text { text: Cow::Owned(text), fault: None };
        }
        from = at;
    }
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

fn utf8(bytes: &[u8]) -> Step {
    let lead = bytes[0];
    let (width, bits, least) = match lead {
        0x00..=0x7f => return Ok((char::from(lead), 1)),
        0xc0..=0xdf => (2, lead & 0x1f, 0x80),
        0xe0..=0xef => (3, lead & 0x0f, 0x800),
        0xf0..=0xf7 => (4, lead & 0x07, 0x10000),
        _ => return Err(Wrong::Bad("invalid leading UTF-8 octet")),
    };
    let Some(rest) = bytes.get(1..width) else {
        return Err(Wrong::Incomplete("incomplete UTF-8 octet sequence"));
    };
    let mut code = u32::from(bits);
    for octet in rest {
        if octet & 0xc0 != 0x80 {
            return Err(Wrong::Bad("invalid trailing UTF-8 octet"));
        }
        code = code << 6 | u32::from(octet & 0x3f);
    }
    if code < least {
        return Err(Wrong::Bad("invalid length of a UTF-8 sequence"));
    }
    char::from_u32(code).map(|c| (c, width)).ok_or(Wrong::Bad("invalid Unicode character"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Step {
    let at = |index: usize| bytes.get(index..index + 2).map(|pair| unit([pair[0], pair[1]]));
    let first = at(0).ok_or(Wrong::Incomplete("incomplete UTF-16 character"))?;
    match first {
        0xdc00..=0xdfff => Err(Wrong::Bad("unexpected low surrogate area")),
        0xd800..=0xdbff => {
            let second = at(2).ok_or(Wrong::Incomplete("incomplete UTF-16 surrogate pair"))?;
            match char::decode_utf16([first, second]).next() {
                Some(Ok(c)) => Ok((c, 4)),
                _ => Err(Wrong::Bad("expected low surrogate area")),
            }
        }
        _ => char::from_u32(u32::from(first)).map(|c| (c, 2)).ok_or(Wrong::Bad("invalid Unicode character")),
    }
}
