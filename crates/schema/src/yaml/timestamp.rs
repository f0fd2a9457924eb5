//! Whether text is a timestamp to go-yaml. It stays text either way, but is quoted when printed.
//!
//! The forms are `2006-1-2T15:4:5.9Z` (also with `t` or an offset), `2006-1-2 15:4:5.9` and `2006-1-2`, read
//! with the leniency of Go's time.Parse: fields of one or two digits, any number of spaces, comma or point.

use std::ops::RangeInclusive;

/// Whether go-yaml takes `text` for a timestamp.
pub(super) fn is_timestamp(text: &str) -> bool {
    rest_of_timestamp(text.as_bytes()).is_some_and(<[u8]>::is_empty)
}

/// What follows the timestamp that `text` starts with.
fn rest_of_timestamp(text: &[u8]) -> Option<&[u8]> {
    let (year, rest) = text.split_first_chunk::<4>()?;
    if !year.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let year = year.iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    let (month, rest) = field(rest.strip_prefix(b"-")?, 1..=12)?;
    let (_, rest) = field(rest.strip_prefix(b"-")?, 1..=days(year, month))?;
    match rest.first() {
        None => Some(rest),
        Some(b'T' | b't') => zone(clock(&rest[1..])?),
        Some(b' ') => clock(&rest[rest.iter().take_while(|byte| **byte == b' ').count()..]),
        Some(_) => None,
    }
}

/// A number of one or two digits.
fn field(text: &[u8], range: RangeInclusive<u32>) -> Option<(u32, &[u8])> {
    let digits = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let number = text[..digits].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    (digits > 0 && range.contains(&number)).then_some((number, &text[digits..]))
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `15:4:5` and perhaps a fraction.
fn clock(text: &[u8]) -> Option<&[u8]> {
    let (_, rest) = field(text, 0..=23)?;
    let (_, rest) = field(rest.strip_prefix(b":")?, 0..=59)?;
    let (_, rest) = field(rest.strip_prefix(b":")?, 0..=59)?;
    match rest {
        [b'.' | b',', digits @ ..] if digits.first().is_some_and(u8::is_ascii_digit) => {
            Some(&digits[digits.iter().take_while(|byte| byte.is_ascii_digit()).count()..])
        }
        _ => Some(rest),
    }
}

/// `Z`, or an offset as `+07:00`; Go lets it be 24 hours and 60 minutes.
fn zone(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"Z") {
        return Some(rest);
    }
    let rest = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-"))?;
    let two_digits = |text: &[u8]| text.len() > 1 && text[0].is_ascii_digit() && text[1].is_ascii_digit();
    if !two_digits(rest) || rest.get(2) != Some(&b':') || !two_digits(&rest[3..]) {
        return None;
    }
    let (_, rest) = field(rest, 0..=24)?;
    field(&rest[1..], 0..=60).map(|(_, rest)| rest)
}
