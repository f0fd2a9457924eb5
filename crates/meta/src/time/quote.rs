//! How Go's time package quotes what it could not parse: bytes beyond ASCII in hexadecimal.

/// `text` in quotes.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        match byte {
            0..0x20 | 0x80.. => out.push_str(&format!("\\x{byte:02x}")),
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            _ => out.push(char::from(byte)),
        }
    }
    out.push('"');
    out
}
