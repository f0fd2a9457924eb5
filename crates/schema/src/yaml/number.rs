//! Numbers as Go reads and prints them.

/// An integer within i64 or u64.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Integer {
    Signed(i64),
    Unsigned(u64),
}

/// Reads an integer as Go's literals are written: `0x`, `0b`, `0o`, or `0` for octal. Only what fits an i64 has
/// a sign.
pub(super) fn integer(text: &str) -> Option<Integer> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = magnitude(digits)?;
    if negative {
        return 0i64.checked_sub_unsigned(magnitude).map(Integer::Signed);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Integer::Signed(number)),
        Err(_) => (digits.len() == text.len()).then_some(Integer::Unsigned(magnitude)),
    }
}

fn magnitude(digits: &str) -> Option<u64> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust would take a second sign here.
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// Reads a decimal number with a point or an exponent, or both; `None` also when it is out of range.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    if !well_formed {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A float as Go's `%g` prints it in its shortest form: with an exponent below 1e-4 and from 1e6 on.
pub(super) fn general(number: f64) -> String {
    match named(number) {
        Some(name) => name.to_owned(),
        None => shortest(&format!("{number:e}"), number),
    }
}

/// As [`general`], of the number rounded to single precision.
pub(super) fn general_single(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is the purpose")]
    let single = number as f32;
    match named(f64::from(single)) {
        Some(name) => name.to_owned(),
        None => shortest(&format!("{single:e}"), single),
    }
}

/// YAML's name of what is no number.
fn named(number: f64) -> Option<&'static str> {
    match number {
        f64::INFINITY => Some(".inf"),
        f64::NEG_INFINITY => Some("-.inf"),
        _ => number.is_nan().then_some(".nan"),
    }
}

fn shortest(scientific: &str, plain: impl std::fmt::Display) -> String {
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a small integer");
    if (-4..6).contains(&exponent) {
        return plain.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
