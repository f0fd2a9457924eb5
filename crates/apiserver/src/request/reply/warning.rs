//! `Warning: 299 - "..."` headers: what is not wrong enough to refuse.

use http::{HeaderMap, HeaderValue, header};
use parking_lot::Mutex;

/// How much text all warnings of one answer may have before they are cut, in characters.
const TEXT_MAX: usize = 4 * 1024;
/// What a warning is cut to then, in characters.
const CUT_TO: usize = 256;

/// The warnings of one request, each once, in the order given. Shared by its stages.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<Given>);

#[derive(Debug, Default)]
struct Given {
    texts: Vec<String>,
    /// Characters of all texts, of each at most [`CUT_TO`] once they are cut.
    length: usize,
    is_cutting: bool,
}

impl Warnings {
    /// Adds a warning; nothing once cut warnings alone are too much.
    pub fn add(&self, text: impl Into<String>) {
        let (text, mut given) = (text.into(), self.0.lock());
        let is_full = given.is_cutting && given.length >= TEXT_MAX;
        if text.is_empty() || is_full || given.texts.contains(&text) {
            return;
        }
        given.length += given.measure(&text);
        given.texts.push(text);
        if !given.is_cutting && given.length > TEXT_MAX {
            given.is_cutting = true;
            given.length = given.texts.iter().map(|text| given.measure(text)).sum();
        }
    }

    /// Writes the headers.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let given = self.0.lock();
        for text in &given.texts {
            let text = if given.is_cutting { cut(text) } else { text };
            // What holds control characters can't be a header, and is dropped as the reference drops it.
            if text.chars().any(char::is_control) {
                continue;
            }
            if let Ok(value) = HeaderValue::from_bytes(quoted(text).as_bytes()) {
                headers.append(header::WARNING, value);
            }
        }
    }
}

impl Given {
    fn measure(&self, text: &str) -> usize {
        if self.is_cutting { cut(text).chars().count() } else { text.chars().count() }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("299 - \"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(CUT_TO).map_or(text, |(end, _)| &text[..end])
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
        warnings.add("two\nlines");
        let mut headers = HeaderMap::new();
        warnings.write(&mut headers);
        assert_eq!(headers.len(), 1);
    }

    #[test]
    fn too_much_text_is_cut_and_at_last_left_out() {
        let written = |warnings: &Warnings| {
            let mut headers = HeaderMap::new();
            warnings.write(&mut headers);
            let lengths = headers.get_all(header::WARNING).iter().map(|value| value.len() - 8);
            lengths.collect::<Vec<_>>()
        };
        let warnings = Warnings::default();
        let long = |n: char| String::from(n) + &"x".repeat(2047);
        warnings.add(long('a'));
        warnings.add(long('b'));
        assert_eq!(written(&warnings), [2048, 2048]);
        warnings.add("c");
        assert_eq!(written(&warnings), [256, 256, 1]);
        (0..100).for_each(|n| warnings.add(format!("{n}{}", "x".repeat(500))));
        assert_eq!(written(&warnings).iter().sum::<usize>(), 2 * 256 + 1 + 14 * 256);
    }
}
