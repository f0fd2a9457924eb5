//! RFC 3339 as Go's time.Parse reads it, element by element, so that errors name the element that failed.

use super::civil::Civil;
use super::quote::quote;

/// Text that is no time; the message is Go's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TimeError(String);

/// What a time is parsed as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Fractions of a second are optional.
    Seconds,
    /// Six digits of fraction are required.
    Micros,
}

impl Layout {
    fn text(self) -> &'static str {
        match self {
            Layout::Seconds => "2006-01-02T15:04:05Z07:00",
            Layout::Micros => "2006-01-02T15:04:05.000000Z07:00",
        }
    }
}

/// Why an element was not read.
enum Problem {
    /// It has not the form of the layout's element.
    Malformed(&'static str),
    /// It has, but not a sensible value.
    Range(&'static str),
}

/// Seconds after 1970 and microseconds after that.
pub(super) fn parse(text: &str, layout: Layout) -> Result<(i64, i64), TimeError> {
    let mut reader = Reader { rest: text.as_bytes() };
    let parsed = reader.time(layout).map_err(|problem| match problem {
        Problem::Range(what) => TimeError(format!("parsing time {}: {what} out of range", quote(text))),
        Problem::Malformed(element) => {
            // Elements are ASCII, so what was read ends on a character boundary.
            let rest = &text[text.len() - reader.rest.len()..];
            TimeError(format!(
                "parsing time {} as {}: cannot parse {} as {}",
                quote(text),
                quote(layout.text()),
                quote(rest),
                quote(element)
            ))
        }
    })?;
    match reader.rest {
        [] => {}
        rest => {
            let extra = quote(&text[text.len() - rest.len()..]);
            return Err(TimeError(format!("parsing time {}: extra text: {extra}", quote(text))));
        }
    }
    let (civil, micros, offset) = parsed;
    if civil.day < 1 || civil.day > civil.days_in_month() {
        return Err(TimeError(format!("parsing time {}: day out of range", quote(text))));
    }
    Ok((civil.unix() - offset, micros))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    /// Date and time, microseconds, and seconds east of UTC.
    fn time(&mut self, layout: Layout) -> Result<(Civil, i64, i64), Problem> {
        let year = self.year()?;
        self.literal("-")?;
        let month = self.two_digits("01")?;
        in_range((1..=12).contains(&month), "month")?;
        self.literal("-")?;
        let day = self.two_digits("02")?;
        self.literal("T")?;
        let hour = self.hour()?;
        in_range(hour < 24, "hour")?;
        self.literal(":")?;
        let minute = self.two_digits("04")?;
        in_range(minute < 60, "minute")?;
        self.literal(":")?;
        let second = self.two_digits("05")?;
        in_range(second < 60, "second")?;
        let micros = match layout {
            Layout::Seconds => self.skip_fraction(),
            Layout::Micros => self.six_digits()?,
        };
        let offset = self.offset()?;
        Ok((Civil { year, month, day, hour, minute, second }, micros, offset))
    }

    fn literal(&mut self, expected: &'static str) -> Result<(), Problem> {
        self.rest = self.rest.strip_prefix(expected.as_bytes()).ok_or(Problem::Malformed(expected))?;
        Ok(())
    }

    fn year(&mut self) -> Result<i64, Problem> {
        let (digits, rest) = self.rest.split_first_chunk::<4>().ok_or(Problem::Malformed("2006"))?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Problem::Malformed("2006"));
        }
        self.rest = rest;
        Ok(digits.iter().fold(0, |year, byte| year * 10 + digit(*byte)))
    }

    fn two_digits(&mut self, element: &'static str) -> Result<i64, Problem> {
        match self.rest {
            [tens, ones, rest @ ..] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
                self.rest = rest;
                Ok(digit(*tens) * 10 + digit(*ones))
            }
            _ => Err(Problem::Malformed(element)),
        }
    }

    /// One digit is enough for hours, as in Go.
    fn hour(&mut self) -> Result<i64, Problem> {
        match self.rest {
            [one, rest @ ..] if one.is_ascii_digit() && !rest.first().is_some_and(u8::is_ascii_digit) => {
                self.rest = rest;
                Ok(digit(*one))
            }
            _ => self.two_digits("15"),
        }
    }

    /// A fraction of any length; the caller keeps whole seconds only.
    fn skip_fraction(&mut self) -> i64 {
        if let [b'.' | b',', next, ..] = self.rest
            && next.is_ascii_digit()
        {
            let digits = self.rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.rest = &self.rest[1 + digits..];
        }
        0
    }

    /// `.000000`. Go reads the digits as a signed number, so a sign may take the place of the first.
    fn six_digits(&mut self) -> Result<i64, Problem> {
        let chunk = self.rest.split_first_chunk::<7>();
        let ([point, digits @ ..], rest) = chunk.ok_or(Problem::Malformed(".000000"))?;
        let (negative, unsigned): (bool, &[u8]) = match digits {
            [sign @ (b'+' | b'-'), unsigned @ ..] => (*sign == b'-', unsigned),
            all => (false, all),
        };
        if !matches!(point, b'.' | b',') || !unsigned.iter().all(u8::is_ascii_digit) {
            return Err(Problem::Malformed(".000000"));
        }
        let micros = unsigned.iter().fold(0, |number, byte| number * 10 + digit(*byte));
        in_range(!negative || micros == 0, "fractional second")?;
        self.rest = rest;
        Ok(micros)
    }

    /// `Z` or `+07:00`.
    fn offset(&mut self) -> Result<i64, Problem> {
        if let [b'Z', rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(0);
        }
        let [sign, h1, h2, b':', m1, m2, rest @ ..] = self.rest else {
            return Err(Problem::Malformed("Z07:00"));
        };
        if ![h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::Malformed("Z07:00"));
        }
        let (hours, minutes) = (digit(*h1) * 10 + digit(*h2), digit(*m1) * 10 + digit(*m2));
        // Go lets people write offsets of 24 hours and of 60 minutes.
        in_range(hours <= 24, "time zone offset hour")?;
        in_range(minutes <= 60, "time zone offset minute")?;
        let seconds = (hours * 60 + minutes) * 60;
        let offset = match sign {
            b'+' => seconds,
            b'-' => -seconds,
            _ => return Err(Problem::Malformed("Z07:00")),
        };
        self.rest = rest;
        Ok(offset)
    }
}

fn in_range(fits: bool, what: &'static str) -> Result<(), Problem> {
    if fits { Ok(()) } else { Err(Problem::Range(what)) }
}

fn digit(byte: u8) -> i64 {
    i64::from(byte - b'0')
}
