//! Quantities from text.
//!
//! Two paths, as in the reference: a quick one for what fits 64 bits, which may keep the text as canonical, and
//! one digit by digit that rounds up to nano and caps binary amounts at the largest i64.

use super::amount::Amount;
use super::suffix::{Factor, interpret};
use super::{Format, Quantity, Scale};
use crate::value::Str;

/// The most bytes of a quantity's text. The reference has no bound; ours keeps the slow path cheap.
const TEXT_MAX: usize = 1_000;
/// The most digits after rounding and without trailing zeros.
const DIGITS_MAX: usize = 38;
/// The most decimal digits that always fit an i64.
const QUICK_DIGITS: i64 = 18;

/// Text that is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not of the form of a number and a suffix.
    #[error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    Form,
    /// The number cannot be read, or is longer than we hold.
    #[error("unable to parse numeric part of quantity")]
    Numeric,
    /// The suffix is none.
    #[error("unable to parse quantity's suffix")]
    Suffix,
}

/// The parts of a quantity's text.
struct Parts<'a> {
    negative: bool,
    /// Digits before the point, without leading zeros; "0" when there are none.
    whole: &'a str,
    /// Digits after the point.
    fraction: &'a str,
    suffix: &'a str,
    /// Whether a digit was written at all.
    has_digits: bool,
}

pub(super) fn parse(text: &str) -> Result<Quantity, QuantityError> {
    if text.is_empty() {
        return Err(QuantityError::Form);
    }
    let parts = split(text)?;
    let (factor, format) = interpret(parts.suffix).ok_or(QuantityError::Suffix)?;
    if text.len() > TEXT_MAX {
        return Err(QuantityError::Numeric);
    }
    match quick(text, &parts, factor, format) {
        Some(quantity) => Ok(quantity),
        None => exact(&parts, factor, format),
    }
}

fn split(text: &str) -> Result<Parts<'_>, QuantityError> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let bare = unsigned.trim_start_matches('0');
    let (whole, rest) = split_digits(bare);
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => split_digits(rest),
        None => ("", rest),
    };
    let letters = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let exponent = letters.strip_prefix(['+', '-']).unwrap_or(letters);
    if !exponent.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(QuantityError::Form);
    }
    let has_digits = unsigned.len() > bare.len() || !whole.is_empty() || !fraction.is_empty();
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(Parts { negative, whole, fraction, suffix, has_digits })
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// What fits 64 bits without rounding; `None` leaves it to the exact path.
fn quick(text: &str, parts: &Parts<'_>, factor: Factor, format: Format) -> Option<Quantity> {
    let (whole, fraction) = (parts.whole.len() as i64, parts.fraction.len() as i64);
    let (spare, scale, multiplier) = match factor {
        Factor::Ten(exponent) => (QUICK_DIGITS - whole - fraction, exponent, 1),
        // Ten bits are about three digits.
        Factor::Two(bits) if fraction == 0 => (14 - whole - i64::from(bits * 3 / 10), 0, 1i64 << bits),
        Factor::Two(_) => return None,
    };
    let scale = i32::try_from(i64::from(scale) - fraction).ok()?;
    if spare < 0 || scale < Scale::Nano.exponent() {
        return None;
    }
    let shifted = format!("{}{}", parts.whole, parts.fraction);
    let digits: i64 = shifted.parse().ok()?;
    let value = digits.checked_mul(multiplier)?;
    let canonical = match factor {
        Factor::Two(_) => digits & 7 != 0,
        Factor::Ten(_) => scale % 3 == 0 && !shifted.ends_with("000") && !shifted.starts_with('0'),
    };
    let value = if parts.negative { -value } else { value };
    let text = canonical.then(|| Str::from(text));
    Some(Quantity { amount: Amount::narrow(value, scale), format, text })
}

/// Any number, digit by digit.
fn exact(parts: &Parts<'_>, factor: Factor, format: Format) -> Result<Quantity, QuantityError> {
    if !parts.has_digits {
        return Err(QuantityError::Numeric);
    }
    let mut digits: Vec<u8> =
        parts.whole.bytes().chain(parts.fraction.bytes()).map(|byte| byte - b'0').collect();
    let mut scale = -(parts.fraction.len() as i64);
    match factor {
        Factor::Ten(exponent) => scale += i64::from(exponent),
        Factor::Two(bits) => (0..bits).for_each(|_| double(&mut digits)),
    }
    round_up(&mut digits, &mut scale, i64::from(Scale::Nano.exponent()));
    let first = digits.iter().position(|digit| *digit != 0).unwrap_or(digits.len());
    digits.drain(..first);
    let kept = digits.iter().rposition(|digit| *digit != 0).map_or(0, |at| at + 1);
    scale += (digits.len() - kept) as i64;
    digits.truncate(kept);
    if digits.is_empty() {
        return Ok(Quantity { amount: Amount::wide(0, 0), format, text: None });
    }

    let cap = Amount::wide(i128::from(i64::MAX), 0);
    let above_cap = digits.len() as i64 + scale > 19;
    if format == Format::BinarySi && above_cap {
        return Ok(Quantity { amount: signed(cap, parts.negative), format, text: None });
    }
    if digits.len() > DIGITS_MAX {
        return Err(QuantityError::Numeric);
    }
    let scale = i32::try_from(scale).map_err(|_| QuantityError::Numeric)?;
    let mantissa = digits.iter().fold(0i128, |number, digit| number * 10 + i128::from(*digit));
    let mut amount = Amount::wide(mantissa, scale);
    let mut format = format;
    if format == Format::BinarySi {
        if amount.compare(cap).is_gt() {
            amount = cap;
        }
        if amount.compare(Amount::narrow(1, 0)).is_lt() {
            format = Format::DecimalSi;
        }
    }
    Ok(Quantity { amount: signed(amount, parts.negative), format, text: None })
}

fn signed(amount: Amount, negative: bool) -> Amount {
    if negative { amount.negated() } else { amount }
}

/// Doubles a number of decimal digits, the most significant first.
fn double(digits: &mut Vec<u8>) {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        let doubled = *digit * 2 + carry;
        (*digit, carry) = (doubled % 10, doubled / 10);
    }
    if carry > 0 {
        digits.insert(0, carry);
    }
}

/// Drops the digits below ten to the power `finest` and, if one of them counted, adds one to the rest.
fn round_up(digits: &mut Vec<u8>, scale: &mut i64, finest: i64) {
    let Ok(dropped) = usize::try_from(finest - *scale) else { return };
    let kept = digits.len().saturating_sub(dropped);
    let counted = digits[kept..].iter().any(|digit| *digit != 0);
    digits.truncate(kept);
    *scale = finest;
    if !counted {
        return;
    }
    for digit in digits.iter_mut().rev() {
        *digit += 1;
        if *digit < 10 {
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}
