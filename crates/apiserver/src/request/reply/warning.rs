//! `Warning: 299 - "..."` headers: what is not wrong enough to refuse.

use http::{HeaderMap, HeaderValue, header};
use parking_lot::Mutex;

/// The most text all warnings of one answer may have, in bytes.
const TEXT_MAX: usize = 4 * 1024;
/// What a warning is cut to when all together are too long, in bytes.
const CUT_TO: usize = 256;

/// The warnings of one request, each once, in the order given. Shared by its stages.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<Vec<String>>);

impl Warnings {
    /// Adds a warning.
    pub fn add(&self, text: impl Into<String>) {
        let (text, mut texts) = (text.into(), self.0.lock());
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }

    /// Writes the headers.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let texts = self.0.lock();
        let too_long = texts.iter().map(String::len).sum::<usize>() > TEXT_MAX;
        let mut left = TEXT_MAX;
        for text in texts.iter() {
            let text = if too_long { cut(text, CUT_TO) } else { text };
            if text.len() > left {
                return;
            }
            left -= text.len();
            if let Ok(value) = HeaderValue::from_bytes(quoted(text).as_bytes()) {
                headers.append(header::WARNING, value);
            }
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("299 - \"");
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn cut(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_quoted_once_each_and_bounded() {
        let warnings = Warnings::default();
        warnings.add("unknown field \"a\"");
        warnings.add("unknown field \"a\"");
        let mut headers = HeaderMap::new();
        warnings.write(&mut headers);
        let all: Vec<_> = headers.get_all(header::WARNING).iter().collect();
        assert_eq!(all, ["299 - \"unknown field \\\"a\\\"\""]);
        (0..100).for_each(|n| warnings.add(format!("{n}{}", "x".repeat(500))));
        let mut headers = HeaderMap::new();
        warnings.write(&mut headers);
        assert!(headers.get_all(header::WARNING).iter().map(HeaderValue::len).sum::<usize>() < 5000);
    }
}
