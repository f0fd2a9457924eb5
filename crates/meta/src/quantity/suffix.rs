//! The suffixes of quantities: SI letters, their binary kin, and decimal exponents.

use super::Format;

/// What a suffix multiplies by: `base` to the power `exponent`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Factor {
    Ten(i32),
    Two(u32),
}

/// SI letters from nano to exa.
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

/// Powers of 1024.
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// What `text` stands for. An exponent beyond i32 wraps, as in the reference.
pub(super) fn interpret(text: &str) -> Option<(Factor, Format)> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(suffix, _)| *suffix == text) {
        return Some((Factor::Ten(*exponent), Format::DecimalSi));
    }
    if let Some(power) = BINARY.iter().position(|suffix| *suffix == text) {
        return Some((Factor::Two(10 * power as u32), Format::BinarySi));
    }
    let exponent: i64 = text.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some((Factor::Ten(exponent as i32), Format::DecimalExponent))
}

/// The suffix for ten to the power `exponent`. Powers that have no letter are written as exponents.
pub(super) fn decimal(exponent: i64, format: Format) -> String {
    let letter = DECIMAL.iter().find(|(_, have)| i64::from(*have) == exponent);
    match letter {
        Some(("", _)) => String::new(),
        Some((letter, _)) if format == Format::DecimalSi => (*letter).to_owned(),
        _ => format!("e{exponent}"),
    }
}

/// The suffix for 1024 to the power `power`, which is below [`BINARY_POWERS`].
pub(super) fn binary(power: usize) -> &'static str {
    BINARY[power]
}

/// How many powers of 1024 have a suffix, the zeroth included.
pub(super) const BINARY_POWERS: usize = BINARY.len();
