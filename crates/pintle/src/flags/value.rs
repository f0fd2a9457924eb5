//! Values in Go's and pflag's syntax. Pure: text in, value or none out.

use pintle_meta::time;
use std::time::Duration;

/// Go's spellings of a truth value.
pub(crate) fn bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Go's durations, none below zero.
///
/// # Errors
/// Go's words, or that it is below zero.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let nanos = time::Duration::parse(text).map_err(|error| error.to_string())?.nanos();
    u64::try_from(nanos).map(Duration::from_nanos).map_err(|_| format!("{text} is below zero"))
}

/// Go's whole numbers with their prefixes: 0x, 0o or 0, 0b; `_` may stand between digits.
pub(crate) fn int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    let digits = digits.replace('_', "");
    // A second sign would be taken by the standard parser.
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(&digits, radix).ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}

/// One line of CSV: values between commas, quoted where they hold commas; a quote inside quotes is doubled.
pub(crate) fn list(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        let (value, after) = if rest.starts_with('"') { quoted(rest)? } else { plain(rest)? };
        values.push(value);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return after.is_empty().then_some(values),
        }
    }
}

fn plain(text: &str) -> Option<(String, &str)> {
    let (value, after) = text.split_at(text.find(',').unwrap_or(text.len()));
    (!value.contains(['"', '\n', '\r'])).then(|| (value.to_owned(), after))
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let end = rest.find('"')?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Some((value, rest)),
        }
    }
}

/// A feature gate that was set: component (the default one is ""), name, on or off.
pub(crate) type Gate = (String, String, bool);

/// `Gate=true,component:Gate=false`.
pub(crate) fn gates(text: &str) -> Option<Vec<Gate>> {
    let pairs = text.split(',').filter(|pair| !pair.is_empty());
    let gate = |pair: &str| {
        let (component, rest) = pair.split_once(':').unwrap_or(("", pair));
        let (name, on) = rest.split_once('=')?;
        Some((component.trim().to_owned(), name.trim().to_owned(), bool(on.trim())?))
    };
    pairs.map(gate).collect()
}

/// `key=value,key`: a missing value is "".
pub(crate) fn switches(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter(|pair| !pair.is_empty());
    let parted = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    parted.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

/// `from-to`, `from+more` or one port: first and last port, both included. `0-0` is the empty range.
pub(crate) fn port_range(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    let port = |digits: &str| digits.trim().parse::<u16>().ok();
    let (first, last) = if let Some((first, last)) = text.split_once('-') {
        (port(first)?, port(last)?)
    } else if let Some((first, more)) = text.split_once('+') {
        let first = port(first)?;
        (first, first.checked_add(port(more)?)?)
    } else {
        (port(text)?, port(text)?)
    };
    (first <= last).then_some((first, last))
}

/// Whether it is `certificate,key`, with names after a colon or without.
pub(crate) fn named_certificate(text: &str) -> bool {
    let (files, _names) = text.split_once(':').unwrap_or((text, ""));
    let files: Vec<&str> = files.split(',').map(str::trim).collect();
    matches!(files.as_slice(), [certificate, key] if !certificate.is_empty() && !key.is_empty())
}

/// Whether it is `file=N,...`.
pub(crate) fn pattern(text: &str) -> bool {
    text.split(',').filter(|pair| !pair.is_empty()).all(|pair| {
        pair.split_once('=').is_some_and(|(file, level)| !file.is_empty() && level.parse::<u32>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_go_reads_them() {
        let cases =
            [("10", 10), ("0x1f", 31), ("017", 15), ("0b11", 3), ("0o17", 15), ("-0x10", -16), ("0", 0)];
        cases.iter().for_each(|(text, value)| assert_eq!(int(text), Some(*value), "{text}"));
        ["", "-", "+-1", "08", "0x", "1e3"].iter().for_each(|text| assert_eq!(int(text), None, "{text}"));
    }

    #[test]
    fn lists_as_csv() {
        let cases: [(&str, &[&str]); 5] = [
            ("a,b", &["a", "b"]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"say \"\"hi\"\"\"", &["say \"hi\""]),
            ("a,,b,", &["a", "", "b", ""]),
            (" a, b", &[" a", " b"]),
        ];
        for (text, values) in cases {
            assert_eq!(list(text).unwrap(), values);
        }
        ["\"a", "a\"b", "\"a\"b,c"].iter().for_each(|text| assert_eq!(list(text), None, "{text}"));
    }

    #[test]
    fn ranges_and_switches() {
        assert_eq!(port_range("30000-32767"), Some((30000, 32767)));
        assert_eq!(port_range("30000+2767"), Some((30000, 32767)));
        assert_eq!(port_range("65535+1"), None);
        let pairs = [("api/all".to_owned(), "true".to_owned()), ("x/v1".to_owned(), String::new())];
        assert_eq!(switches("api/all=true, x/v1"), pairs);
    }
}
