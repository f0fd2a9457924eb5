//! metav1.Duration: Go's time.Duration with its text form, `1h2m3s`, `1.5s`, `100ms`.

use super::quote::quote;
use std::fmt;

const SECOND: u64 = 1_000_000_000;

/// A span of time in nanoseconds, negative ones included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(i64);

/// Text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not of the form, or beyond 292 years.
    #[error("time: invalid duration {}", quote(.0))]
    Invalid(String),
    /// A number without a unit.
    #[error("time: missing unit in duration {}", quote(.0))]
    MissingUnit(String),
    /// A unit that is none of `ns`, `us`, `ms`, `s`, `m`, `h`.
    #[error("time: unknown unit {} in duration {}", quote(.unit), quote(.text))]
    UnknownUnit {
        /// The unit.
        unit: String,
        /// All of the text.
        text: String,
    },
}

impl Duration {
    /// So many nanoseconds.
    pub fn from_nanos(nanos: i64) -> Duration {
        Duration(nanos)
    }

    /// So many seconds; `None` beyond 292 years.
    pub fn from_seconds(seconds: i64) -> Option<Duration> {
        seconds.checked_mul(1_000_000_000).map(Duration)
    }

    /// In nanoseconds.
    pub fn nanos(self) -> i64 {
        self.0
    }

    /// In whole seconds, towards zero.
    pub fn seconds(self) -> i64 {
        self.0 / 1_000_000_000
    }

    /// From Go's text form.
    ///
    /// # Errors
    /// Go's text.
    pub fn parse(text: &str) -> Result<Duration, DurationError> {
        let invalid = || DurationError::Invalid(text.to_owned());
        let (negative, mut rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if rest == "0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total = 0u64;
        while !rest.is_empty() {
            let (nanos, after) = component(rest, text)?;
            total = total.checked_add(nanos).filter(|sum| *sum <= 1 << 63).ok_or_else(invalid)?;
            rest = after;
        }
        match (negative, i64::try_from(total)) {
            (true, Ok(nanos)) => Ok(Duration(-nanos)),
            (true, Err(_)) => Ok(Duration(i64::MIN)),
            (false, Ok(nanos)) => Ok(Duration(nanos)),
            (false, Err(_)) => Err(invalid()),
        }
    }
}

/// The nanoseconds of one number with its unit at the start of `rest`, and what follows.
fn component<'a>(rest: &'a str, text: &str) -> Result<(u64, &'a str), DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    let (whole, after) = split_digits(rest);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => split_digits(after),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let number = whole.parse::<u64>().or_else(|_| if whole.is_empty() { Ok(0) } else { Err(invalid()) })?;
    let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
    let (unit, after) = after.split_at(end);
    let scale = match unit {
        "" => return Err(DurationError::MissingUnit(text.to_owned())),
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        _ => return Err(DurationError::UnknownUnit { unit: unit.to_owned(), text: text.to_owned() }),
    };
    let nanos = number.checked_mul(scale).filter(|nanos| *nanos <= 1 << 63).ok_or_else(invalid)?;
    Ok((nanos + fraction_nanos(fraction, scale), after))
}

/// The nanoseconds of a decimal fraction of a unit, rounded as Go does: towards zero, through a float.
fn fraction_nanos(digits: &str, unit: u64) -> u64 {
    let (mut number, mut scale) = (0u64, 1f64);
    for byte in digits.bytes() {
        let next = number.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(byte - b'0')));
        match next.filter(|next| *next <= 1 << 63) {
            Some(next) => number = next,
            None => break,
        }
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// As Go prints it: the largest units first, fractions only of the last, `0s` for nothing.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanos}ns"),
            1_000..1_000_000 => write_scaled(f, nanos, 1_000, "\u{b5}s"),
            1_000_000..SECOND => write_scaled(f, nanos, 1_000_000, "ms"),
            _ => {
                let minutes = nanos / (60 * SECOND);
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                write_scaled(f, nanos % (60 * SECOND), SECOND, "s")
            }
        }
    }
}

fn write_scaled(f: &mut fmt::Formatter<'_>, nanos: u64, unit: u64, name: &str) -> fmt::Result {
    let (whole, fraction) = (nanos / unit, nanos % unit);
    if fraction == 0 {
        return write!(f, "{whole}{name}");
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    write!(f, "{whole}.{}{name}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_as_go_prints_them() {
        for (text, printed) in [
            ("0", "0s"),
            ("-0s", "0s"),
            ("+5s", "5s"),
            ("1h2m3s", "1h2m3s"),
            ("90m", "1h30m0s"),
            ("1500ms", "1.5s"),
            ("100ms", "100ms"),
            ("1.5us", "1.5\u{b5}s"),
            ("3\u{3bc}s", "3\u{b5}s"),
            ("12ns", "12ns"),
            (".5s", "500ms"),
            ("1.s", "1s"),
            ("-1h", "-1h0m0s"),
            ("60s", "1m0s"),
            ("1h1h", "2h0m0s"),
            ("0.000000001h", "3.6\u{b5}s"),
            ("2562047h47m16.854775807s", "2562047h47m16.854775807s"),
            ("-2562047h47m16.854775808s", "-2562047h47m16.854775808s"),
            ("0.3333333333333333333h", "20m0s"),
        ] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), printed, "{text:?}");
        }
    }

    #[test]
    fn errors_are_go_s() {
        for (text, error) in [
            ("", r#"time: invalid duration """#),
            ("-", r#"time: invalid duration "-""#),
            ("x", r#"time: invalid duration "x""#),
            (".s", r#"time: invalid duration ".s""#),
            ("1 banana", r#"time: unknown unit " banana" in duration "1 banana""#),
            ("1", r#"time: missing unit in duration "1""#),
            ("1d", r#"time: unknown unit "d" in duration "1d""#),
            ("1h-2m", r#"time: unknown unit "h-" in duration "1h-2m""#),
            ("2562047h47m16.854775808s", r#"time: invalid duration "2562047h47m16.854775808s""#),
            ("9223372036854775809ns", r#"time: invalid duration "9223372036854775809ns""#),
            ("99999999999999999999s", r#"time: invalid duration "99999999999999999999s""#),
            ("1é", r#"time: unknown unit "\xc3\xa9" in duration "1\xc3\xa9""#),
        ] {
            assert_eq!(Duration::parse(text).unwrap_err().to_string(), error);
        }
    }
}
