//! Matchers for the shapes that names are made of. None allocates; each looks at a byte once.

/// `[a-z0-9]`
pub(super) fn lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Not empty, all bytes `inner`, the first and the last `outer`.
pub(super) fn framed(text: &str, outer: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [] => false,
        [one] => outer(*one),
        [first, middle @ .., last] => outer(*first) && middle.iter().all(|byte| inner(*byte)) && outer(*last),
    }
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
pub(super) fn is_dns1123_label(text: &str) -> bool {
    framed(text, lower_or_digit, |byte| byte == b'-' || lower_or_digit(byte))
}

/// Such labels, joined by dots.
pub(super) fn is_dns1123_subdomain(text: &str) -> bool {
    text.split('.').all(is_dns1123_label)
}

/// Not empty and all bytes `allowed`.
pub(super) fn all_of(text: &str, allowed: fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(allowed)
}

/// A byte `first`, then bytes `rest`.
pub(super) fn headed(text: &str, first: fn(u8) -> bool, rest: fn(u8) -> bool) -> bool {
    match text.as_bytes() {
        [] => false,
        [head, tail @ ..] => first(*head) && tail.iter().all(|byte| rest(*byte)),
    }
}
