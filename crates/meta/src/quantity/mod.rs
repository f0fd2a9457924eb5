//! resource.Quantity: an amount with a suffix, `100m`, `1536Mi`, `12e6`.
//!
//! A quantity keeps the kind of suffix it was written with. Some texts are already canonical by the reference's
//! quick check and are printed as they came (`1.500`, `+1Gi`, `01`); others are printed anew, in canonical form.

mod amount;
mod parse;
mod print;
mod suffix;

pub use parse::QuantityError;

use crate::value::{Str, Value, float_text};
use amount::Amount;
use std::cmp::Ordering;
use std::fmt;

/// The kind of suffix a quantity is written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `12e6`
    #[default]
    DecimalExponent,
    /// `12Mi`, powers of 1024.
    BinarySi,
    /// `12M`, powers of 1000.
    DecimalSi,
}

/// A power of ten that amounts are rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The finest a parsed quantity can be.
    Nano,
    /// Thousandths: as fine as a resource list gets.
    Milli,
    /// Whole ones.
    One,
}

impl Scale {
    fn exponent(self) -> i32 {
        match self {
            Scale::Nano => -9,
            Scale::Milli => -3,
            Scale::One => 0,
        }
    }
}

/// An exact amount, equal and ordered by value whatever its format.
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    amount: Amount,
    format: Format,
    /// The text to print when it is known to be canonical.
    text: Option<Str>,
}

impl Quantity {
    /// So many whole ones.
    pub fn new(value: i64, format: Format) -> Quantity {
        Quantity { amount: Amount::narrow(value, 0), format, text: None }
    }

    /// So many thousandths.
    pub fn from_milli(value: i64, format: Format) -> Quantity {
        Quantity { amount: Amount::narrow(value, -3), format, text: None }
    }

    /// From text without spaces around it.
    ///
    /// # Errors
    /// The reference's text.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        parse::parse(text)
    }

    /// From a document: text with spaces around it, a number, or null for zero.
    ///
    /// # Errors
    /// As [`Quantity::parse`]; anything else is of the wrong form.
    pub fn from_value(value: &Value) -> Result<Quantity, QuantityError> {
        match value {
            Value::Null => Ok(Quantity::default()),
            Value::String(text) => Quantity::parse(text.trim()),
            Value::Int(number) => Quantity::parse(&number.to_string()),
            Value::Float(number) => Quantity::parse(&float_text(*number)),
            _ => Err(QuantityError::Form),
        }
    }

    /// As a document holds it.
    pub fn to_value(&self) -> Value {
        Value::from(self.to_string())
    }

    /// The kind of suffix it is written with.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        self.amount.sign()
    }

    /// In whole ones, rounded away from zero; the nearest i64 when it is beyond.
    pub fn value(&self) -> i64 {
        self.amount.scaled(Scale::One.exponent())
    }

    /// In thousandths, rounded away from zero; the nearest i64 when it is beyond.
    pub fn milli_value(&self) -> i64 {
        self.amount.scaled(Scale::Milli.exponent())
    }

    /// In whole ones, when the reference's quick path can tell: not for amounts written with a fraction or
    /// too long for 18 digits, even if they are whole.
    pub fn as_i64(&self) -> Option<i64> {
        self.amount.as_i64()
    }

    /// As a float, which may lose precision; infinite when it is beyond one.
    pub fn approximate(&self) -> f64 {
        self.amount.approximate()
    }

    /// Rounds away from zero to a multiple of `scale`. Returns whether nothing was lost.
    pub fn round_up(&mut self, scale: Scale) -> bool {
        let exponent = scale.exponent();
        if self.amount.is_multiple(exponent) {
            return true;
        }
        self.text = None;
        self.amount.round_up(exponent)
    }

    /// Adds `other`. Zero takes the other's format on.
    pub fn add(&mut self, other: &Quantity) {
        if self.is_zero() {
            self.format = other.format;
        }
        self.amount = self.amount.plus(other.amount);
        self.text = None;
    }

    /// Subtracts `other`. Zero takes the other's format on.
    pub fn sub(&mut self, other: &Quantity) {
        if self.is_zero() {
            self.format = other.format;
        }
        self.amount = self.amount.plus(other.amount.negated());
        self.text = None;
    }

    /// Turns its sign around.
    pub fn negate(&mut self) {
        self.amount = self.amount.negated();
        self.text = None;
    }
}

/// As the reference prints it.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => f.write_str(text),
            None => f.write_str(&print::canonical(self.amount, self.format)),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Quantity) -> Ordering {
        self.amount.compare(other.amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse as json;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn canonical_texts_are_the_reference_s() {
        for (text, printed) in [
            ("0", "0"),
            ("0n", "0"),
            ("-0", "0"),
            ("0.0", "0"),
            ("0Ki", "0"),
            ("+", "0"),
            (".", "0"),
            ("Ki", "0"),
            ("1", "1"),
            ("100m", "100m"),
            ("0.1", "100m"),
            ("1.5", "1500m"),
            ("1000m", "1"),
            ("1000", "1k"),
            ("1024", "1024"),
            ("12000k", "12M"),
            ("1.5Gi", "1536Mi"),
            ("1024Mi", "1Gi"),
            ("1000Ki", "1000Ki"),
            ("1048576Ki", "1Gi"),
            ("0.5Gi", "512Mi"),
            ("0.5Mi", "512Ki"),
            ("0.5Ki", "512"),
            ("1000Mi", "1000Mi"),
            ("1Ei", "1Ei"),
            ("7Ei", "7Ei"),
            ("8Ei", "9223372036854775807"),
            ("-8Ei", "-9223372036854775807"),
            ("16Ei", "9223372036854775807"),
            ("1e3", "1e3"),
            ("1E3", "1E3"),
            ("1e4", "10e3"),
            ("12e6", "12e6"),
            ("1.2e3", "1200"),
            ("1.1E3", "1100"),
            ("1e-3", "1e-3"),
            ("1e-9", "1e-9"),
            ("1e-10", "1e-9"),
            ("0.9n", "1n"),
            ("1.1n", "2n"),
            ("-1.1n", "-2n"),
            ("1n", "1n"),
            ("1000n", "1u"),
            ("0.0000001", "100n"),
            ("1.2345", "1234500u"),
            ("1.2Ki", "1228800m"),
            ("1.0000000001Gi", "1073741824107374183n"),
            ("0.0001Ki", "102400u"),
            ("18446744073709551616", "18446744073709551616"),
            ("1000E", "1e21"),
            ("100000000000000000000", "100E"),
            ("1e100", "10e99"),
            // Already canonical by the quick check, so printed as they came.
            ("1.500", "1.500"),
            ("+1", "+1"),
            ("+1Gi", "+1Gi"),
            ("01", "01"),
            ("1.", "1."),
            ("001Gi", "001Gi"),
            ("1e03", "1e03"),
            // Not by the quick check.
            ("0.500", "500m"),
            ("+1Pi", "1Pi"),
            ("+512Mi", "512Mi"),
            ("1.000", "1"),
        ] {
            assert_eq!(quantity(text).to_string(), printed, "{text:?}");
        }
    }

    #[test]
    fn errors_are_the_reference_s() {
        let form =
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
        let suffix = "unable to parse quantity's suffix";
        let numeric = "unable to parse numeric part of quantity";
        for (text, error) in [
            ("", form),
            (" 1", form),
            ("abc", form),
            ("1.1.1", form),
            ("1+1.0M", form),
            ("1a", form),
            ("--1", suffix),
            ("1i", suffix),
            ("1mi", suffix),
            ("1K", suffix),
            ("1e", suffix),
            ("1e3.0", form),
            ("1Ee3", suffix),
            ("e-20", numeric),
            ("1e99999999999999999999", suffix),
        ] {
            assert_eq!(Quantity::parse(text).unwrap_err().to_string(), error, "{text:?}");
        }
    }

    #[test]
    fn documents_hold_text_numbers_or_null() {
        for (document, printed) in
            [("\" 1Gi \"", "1Gi"), ("1000", "1k"), ("1.5", "1500m"), ("null", "0"), ("\"2\"", "2")]
        {
            let value = json(document.as_bytes()).unwrap();
            assert_eq!(Quantity::from_value(&value).unwrap().to_string(), printed);
        }
        assert!(Quantity::from_value(&Value::Bool(true)).is_err());
    }

    #[test]
    fn values_round_away_from_zero() {
        for (text, value, milli) in [
            ("0", 0, 0),
            ("1", 1, 1000),
            ("1m", 1, 1),
            ("1n", 1, 1),
            ("-1m", -1, -1),
            ("1500m", 2, 1500),
            ("1001u", 1, 2),
            ("1Ki", 1024, 1_024_000),
            ("1.5Gi", 1_610_612_736, 1_610_612_736_000),
            ("9223372036854775807", i64::MAX, i64::MAX),
            ("1e30", i64::MAX, i64::MAX),
            ("-1e30", i64::MIN, i64::MIN),
        ] {
            let quantity = quantity(text);
            assert_eq!((quantity.value(), quantity.milli_value()), (value, milli), "{text:?}");
        }
    }

    #[test]
    fn the_quick_integer_is_not_for_fractions() {
        for (text, integer) in [
            ("5", Some(5)),
            ("5k", Some(5000)),
            ("5Ki", Some(5120)),
            ("0", Some(0)),
            ("5m", None),
            ("5.0", None),
            ("1Ei", None),
            ("1e30", None),
        ] {
            assert_eq!(quantity(text).as_i64(), integer, "{text:?}");
        }
    }

    #[test]
    fn sums_and_differences_keep_the_first_format() {
        for (a, b, sum, difference) in [
            ("1", "1", "2", "0"),
            ("1", "500m", "1500m", "500m"),
            ("1Gi", "1Mi", "1025Mi", "1023Mi"),
            ("1Gi", "1G", "2073741824", "73741824"),
            ("0", "1Gi", "1Gi", "-1Gi"),
            ("1k", "1Ki", "2024", "-24"),
            ("100m", "1Ki", "1024100m", "-1023900m"),
            ("1Ki", "100m", "1024100m", "1023900m"),
            ("9223372036854775807", "1", "9223372036854775808", "9223372036854775806"),
        ] {
            let (mut plus, mut minus) = (quantity(a), quantity(a));
            plus.add(&quantity(b));
            minus.sub(&quantity(b));
            assert_eq!((plus.to_string().as_str(), minus.to_string().as_str()), (sum, difference), "{a} {b}");
        }
    }

    #[test]
    fn order_is_by_value() {
        let ordered =
            ["-1e100", "-1", "-1m", "0", "1n", "1m", "1", "1000001u", "1Ki", "1Gi", "9e18", "1e100"];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(quantity(a).cmp(&quantity(b)), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [("1", "1000m"), ("1Gi", "1073741824"), ("0", "0Ki"), ("1e3", "1k")] {
            assert_eq!(quantity(a), quantity(b));
        }
    }

    #[test]
    fn resource_lists_round_up_to_milli() {
        for (text, exact, printed) in [
            ("1", true, "1"),
            ("1.500", true, "1.500"),
            ("1u", false, "1m"),
            ("1001u", false, "2m"),
            ("-1001u", false, "-2m"),
            ("2000u", true, "2m"),
            ("1Gi", true, "1Gi"),
        ] {
            let mut quantity = quantity(text);
            assert_eq!(quantity.round_up(Scale::Milli), exact, "{text:?}");
            assert_eq!(quantity.to_string(), printed);
        }
    }

    #[test]
    fn random_text_is_parsed_or_refused() {
        let alphabet = b"0123456789.+-eEinumkKMGTP";
        let mut seed = 0x0051_a17e_0051_a17e_u64;
        for turn in 0..100_000_usize {
            let text: String = (0..turn % 14)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    let limit = if seed & 64 == 0 { alphabet.len() } else { 11 };
                    char::from(alphabet[(seed >> 8) as usize % limit])
                })
                .collect();
            let Ok(quantity) = Quantity::parse(&text) else { continue };
            let again = Quantity::parse(&quantity.to_string()).unwrap();
            assert_eq!(again, quantity, "{text:?} {quantity}");
            let mut sum = quantity.clone();
            sum.add(&Quantity::parse("1Gi").unwrap());
            let _ = (sum.value(), sum.milli_value(), sum.approximate(), sum.to_string());
        }
    }
}
