//! Canonical form: no fraction, no precision lost, the largest suffix that allows both.

use super::amount::Amount;
use super::{Format, suffix};
use std::cmp::Ordering;

/// `amount` in its canonical form.
pub(super) fn canonical(amount: Amount, format: Format) -> String {
    if amount.is_zero() {
        return "0".to_owned();
    }
    let whole = (format == Format::BinarySi).then(|| binary_whole(amount)).flatten();
    match (whole, format) {
        (Some(whole), _) => binary(whole),
        // A binary amount that is small or no whole number would lose precision: it is written in decimal.
        (None, Format::BinarySi | Format::DecimalSi) => decimal(amount, Format::DecimalSi),
        (None, Format::DecimalExponent) => decimal(amount, Format::DecimalExponent),
    }
}

/// The whole number that `amount` is, when it is one of at least 1024 without its sign.
fn binary_whole(amount: Amount) -> Option<i128> {
    let small = |limit: i64, beyond: Ordering| amount.compare(Amount::narrow(limit, 0)) == beyond;
    if small(1024, Ordering::Less) && small(-1024, Ordering::Greater) {
        return None;
    }
    let mut whole = amount;
    if !whole.round_up(0) {
        return None;
    }
    whole.mantissa.checked_mul(10i128.checked_pow(whole.scale.unsigned_abs())?)
}

fn binary(mut number: i128) -> String {
    let mut power = 0;
    while number % 1024 == 0 && power + 1 < suffix::BINARY_POWERS {
        number /= 1024;
        power += 1;
    }
    format!("{number}{}", suffix::binary(power))
}

fn decimal(amount: Amount, format: Format) -> String {
    let mut digits = amount.mantissa.to_string();
    let kept = digits.trim_end_matches('0').len();
    let mut exponent = i64::from(amount.scale) + (digits.len() - kept) as i64;
    digits.truncate(kept);
    // Suffixes stand for powers of 1000.
    for _ in 0..exponent.rem_euclid(3) {
        digits.push('0');
        exponent -= 1;
    }
    digits + &suffix::decimal(exponent, format)
}
