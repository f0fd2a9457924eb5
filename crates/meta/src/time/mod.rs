//! Times and durations as the API writes them: metav1.Time, MicroTime and Duration, and ages for people.
//!
//! Parsing follows Go's time.Parse and time.ParseDuration, errors included. No clock is read here: who needs
//! the present is given it.

mod civil;
mod duration;
mod human;
mod parse;
mod quote;

pub use duration::{Duration, DurationError};
pub use human::{human_duration, short_human_duration};
pub use parse::TimeError;

use crate::value::Value;
use civil::Civil;
use parse::Layout;
use std::fmt;

/// Seconds before 1970 of Go's zero time, the first of January of year 1.
const GO_ZERO: i64 = -62_135_596_800;
const MICROS: i64 = 1_000_000;

/// metav1.Time: a moment in whole seconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(i64);

impl Time {
    /// Go's zero time, which JSON shows as null.
    pub const ZERO: Time = Time(GO_ZERO);

    /// So many seconds after 1970.
    pub fn from_unix(seconds: i64) -> Time {
        Time(seconds)
    }

    /// Seconds after 1970.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// From RFC 3339 with any offset; fractions of a second are read and dropped.
    ///
    /// # Errors
    /// Go's text.
    pub fn parse(text: &str) -> Result<Time, TimeError> {
        parse::parse(text, Layout::Seconds).map(|(seconds, _)| Time(seconds))
    }

    /// Whether this is [`Time::ZERO`].
    pub fn is_zero(self) -> bool {
        self == Time::ZERO
    }

    /// As a document holds it: null when zero.
    pub fn to_value(self) -> Value {
        if self.is_zero() { Value::Null } else { Value::from(self.to_string()) }
    }
}

/// `2006-01-02T15:04:05Z`
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", Civil::from_unix(self.0))
    }
}

/// metav1.MicroTime: a moment in whole microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MicroTime(i64);

impl MicroTime {
    /// Go's zero time, which JSON shows as null.
    pub const ZERO: MicroTime = MicroTime(GO_ZERO * MICROS);

    /// So many microseconds after 1970.
    pub fn from_unix_micros(micros: i64) -> MicroTime {
        MicroTime(micros)
    }

    /// Microseconds after 1970.
    pub fn unix_micros(self) -> i64 {
        self.0
    }

    /// From RFC 3339 with any offset and exactly six digits of fraction.
    ///
    /// # Errors
    /// Go's text.
    pub fn parse(text: &str) -> Result<MicroTime, TimeError> {
        parse::parse(text, Layout::Micros).map(|(seconds, micros)| MicroTime(seconds * MICROS + micros))
    }

    /// Whether this is [`MicroTime::ZERO`].
    pub fn is_zero(self) -> bool {
        self == MicroTime::ZERO
    }

    /// As a document holds it: null when zero.
    pub fn to_value(self) -> Value {
        if self.is_zero() { Value::Null } else { Value::from(self.to_string()) }
    }
}

/// `2006-01-02T15:04:05.000000Z`
impl fmt::Display for MicroTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = Civil::from_unix(self.0.div_euclid(MICROS));
        write!(f, "{civil}.{:06}Z", self.0.rem_euclid(MICROS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_in_utc() {
        for (text, printed) in [
            ("2024-02-29T12:30:45Z", "2024-02-29T12:30:45Z"),
            ("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z"),
            ("2024-12-31T23:30:00-01:30", "2025-01-01T01:00:00Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z"),
            ("2024-01-01T1:00:00Z", "2024-01-01T01:00:00Z"),
            ("2024-01-01T01:00:00,5Z", "2024-01-01T01:00:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(Time::parse(text).unwrap().to_string(), printed, "{text:?}");
        }
        assert_eq!(Time::from_unix(1_136_239_445).to_string(), "2006-01-02T22:04:05Z");
        assert_eq!(Time::parse("2006-01-02T15:04:05-07:00").unwrap().unix(), 1_136_239_445);
        assert!(Time::parse("0001-01-01T00:00:00Z").unwrap().to_value().is_null());
    }

    #[test]
    fn micro_times_keep_six_digits() {
        for (text, printed) in [
            ("2024-02-29T12:30:45.000000Z", "2024-02-29T12:30:45.000000Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2024-01-01T00:00:00.123456+02:00", "2023-12-31T22:00:00.123456Z"),
        ] {
            assert_eq!(MicroTime::parse(text).unwrap().to_string(), printed, "{text:?}");
        }
        assert_eq!(MicroTime::from_unix_micros(-1).to_string(), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn errors_are_go_s() {
        for (text, problem) in [
            ("yesterday", r#" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#),
            ("", r#" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006""#),
            ("2024", r#" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "-""#),
            (
                "2024-1-01T00:00:00Z",
                r#" as "2006-01-02T15:04:05Z07:00": cannot parse "1-01T00:00:00Z" as "01""#,
            ),
            ("2024-01-01", r#" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T""#),
            ("2024-01-01 00:00:00Z", r#" as "2006-01-02T15:04:05Z07:00": cannot parse " 00:00:00Z" as "T""#),
            ("2024-01-01T00:00:00", r#" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00""#),
            (
                "2024-01-01T00:00:00+0100",
                r#" as "2006-01-02T15:04:05Z07:00": cannot parse "+0100" as "Z07:00""#,
            ),
            ("2024-01-01T00:00:00Zx", r#": extra text: "x""#),
            ("2024-13-01T00:00:00Z", ": month out of range"),
            ("2024-02-30T00:00:00Z", ": day out of range"),
            ("2023-02-29T00:00:00Z", ": day out of range"),
            ("2024-01-01T24:00:00Z", ": hour out of range"),
            ("2024-01-01T00:60:00Z", ": minute out of range"),
            ("2024-01-01T00:00:60Z", ": second out of range"),
            ("2024-01-01T00:00:00+25:00", ": time zone offset hour out of range"),
        ] {
            let expected = format!("parsing time \"{text}\"{problem}");
            assert_eq!(Time::parse(text).unwrap_err().to_string(), expected);
        }
        assert_eq!(
            Time::parse("é\"").unwrap_err().to_string(),
            r#"parsing time "\xc3\xa9\"" as "2006-01-02T15:04:05Z07:00": cannot parse "\xc3\xa9\"" as "2006""#
        );
        assert_eq!(
            MicroTime::parse("2024-01-01T00:00:00Z").unwrap_err().to_string(),
            "parsing time \"2024-01-01T00:00:00Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"Z\" as \
             \".000000\""
        );
    }

    #[test]
    fn every_day_survives_the_round_trip() {
        let mut at = Time::parse("1896-01-01T00:00:00Z").unwrap();
        let end = Time::parse("2108-01-01T00:00:00Z").unwrap();
        while at < end {
            assert_eq!(Time::parse(&at.to_string()).unwrap(), at);
            at = Time::from_unix(at.unix() + 86_400 - 1);
        }
    }

    #[test]
    fn random_text_is_parsed_or_refused() {
        let good = "2024-02-28T12:30:45.123456+01:00";
        let mut seed = 0x7157_beef_7157_beef_u64;
        for _ in 0..50_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let mut text: Vec<char> = good.chars().collect();
            text[(seed % 32) as usize] = ['0', '9', ':', 'é', '-', 'Z', '+', '.'][(seed >> 8) as usize % 8];
            text.truncate((seed >> 16) as usize % 34);
            let text: String = text.into_iter().collect();
            let _ = (Time::parse(&text), MicroTime::parse(&text), Duration::parse(&text));
        }
        for seconds in [i64::MIN, i64::MAX, 0] {
            let _ = (Time::from_unix(seconds).to_string(), MicroTime::from_unix_micros(seconds).to_string());
        }
    }
}
