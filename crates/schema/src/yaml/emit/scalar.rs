//! One scalar: in the plainest style that reads back as the same text.

use super::analysis::{Analysis, analyze, is_break, is_printable};
use super::writer::Writer;
use crate::yaml::resolve;

/// The longest key, in bytes, that needs no `?`.
const SIMPLE_KEY_MAX: usize = 128;

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the document.
    Root,
    Item,
    /// It is the value of a key, or a key after `?`.
    Value,
    SimpleKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Whether `key` can stand before its colon on one line.
pub(super) fn is_simple_key(key: &str) -> bool {
    key.len() <= SIMPLE_KEY_MAX && !key.contains(is_break)
}

/// Writes what needs no quotes.
pub(super) fn word(out: &mut Writer, word: &str, place: Place) {
    write(out, word, Style::Plain, place);
}

/// Writes text.
pub(super) fn text(out: &mut Writer, text: &str, place: Place) {
    write(out, text, style(text, place), place);
}

fn style(text: &str, place: Place) -> Style {
    let Analysis { multiline, plain_allowed, single_quoted_allowed, literal_allowed } = analyze(text);
    if text.contains('\n') {
        let literal = literal_allowed && place != Place::SimpleKey;
        return if literal { Style::Literal } else { Style::DoubleQuoted };
    }
    if !resolve::is_text(text) || is_base_60(text) || multiline && place == Place::SimpleKey {
        return Style::DoubleQuoted;
    }
    match (plain_allowed, single_quoted_allowed) {
        (true, _) => Style::Plain,
        (false, true) => Style::SingleQuoted,
        (false, false) => Style::DoubleQuoted,
    }
}

/// Whether YAML 1.1 would read `text` as a number in base 60, such as `1:30`. go-yaml does not, but others do.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let first = parts.next().unwrap_or_default();
    let is_first = first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last().filter(|_| is_first) else { return false };
    let is_sixtieth = |part: &str| match part.as_bytes() {
        [b'0'..=b'9'] => true,
        [tens, ones] => matches!(tens, b'0'..=b'5') && ones.is_ascii_digit(),
        _ => false,
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle.iter().all(|part| is_sixtieth(part))
        && is_sixtieth(last)
        && fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

fn write(out: &mut Writer, text: &str, style: Style, place: Place) {
    let outer = out.deepen_for_scalar();
    let fold = place != Place::SimpleKey;
    match style {
        Style::Plain => write_plain(out, text, fold),
        Style::SingleQuoted => write_single_quoted(out, text, fold),
        Style::DoubleQuoted => write_double_quoted(out, text, fold),
        Style::Literal => write_literal(out, text),
    }
    out.restore(outer);
}

fn write_plain(out: &mut Writer, text: &str, fold: bool) {
    out.separate();
    if !fold || !text.contains(' ') {
        out.put(text);
    } else {
        write_folded(out, text, |_| {});
    }
    out.end_scalar();
}

fn write_single_quoted(out: &mut Writer, text: &str, fold: bool) {
    out.indicator("'", false);
    if fold {
        write_folded(out, text, |out| out.put("'"));
    } else {
        out.put(&text.replace('\'', "''"));
    }
    out.close("'");
}

/// Writes words, and a new line for a lone space behind the width. Calls `quote` before each single quote.
fn write_folded(out: &mut Writer, text: &str, quote: impl Fn(&mut Writer)) {
    let (mut after_space, mut after_break) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let first = rest.len() == text.len();
        rest = &rest[c.len_utf8()..];
        if c == ' ' {
            let lone = !after_space && !first && !rest.is_empty() && !rest.starts_with(' ');
            if lone && out.is_wide() {
                out.indent()
            } else {
                out.put(" ")
            }
            after_space = true;
        } else if is_break(c) {
            if !after_break && c == '\n' {
                out.line_break();
            }
            out.put_break(c);
            after_break = true;
        } else {
            if after_break {
                out.indent();
            }
            if c == '\'' {
                quote(out);
            }
            out.put_text(c);
            (after_space, after_break) = (false, false);
        }
    }
}

fn write_double_quoted(out: &mut Writer, text: &str, fold: bool) {
    out.indicator("\"", false);
    let mut after_space = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let first = rest.len() == text.len();
        rest = &rest[c.len_utf8()..];
        if c != ' ' {
            match escape(c) {
                Some(escaped) => out.put(&escaped),
                None => out.put_char(c),
            }
        } else if fold && !after_space && !first && !rest.is_empty() && out.is_wide() {
            out.indent();
            // The next line may not seem to be indented by the text's own blanks.
            if rest.starts_with(' ') {
                out.put("\\");
            }
        } else {
            out.put(" ");
        }
        after_space = c == ' ';
    }
    out.close("\"");
}

fn escape(c: char) -> Option<String> {
    let letter = match c {
        '"' => '"',
        '\\' => '\\',
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ if is_printable(c) => return None,
        _ => {
            let code = u32::from(c);
            return Some(match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            });
        }
    };
    Some(format!("\\{letter}"))
}

fn write_literal(out: &mut Writer, text: &str) {
    out.indicator("|", false);
    if text.starts_with(|c: char| c == ' ' || is_break(c)) {
        out.close("2");
    }
    let mut ends = text.chars().rev();
    match (ends.next().is_some_and(is_break), ends.next().is_none_or(is_break)) {
        (false, _) => out.close("-"),
        (true, true) => out.close("+"),
        (true, false) => {}
    }
    out.start_lines();
    let mut at_start = true;
    for c in text.chars() {
        if is_break(c) {
            out.put_break(c);
            at_start = true;
            continue;
        }
        if std::mem::take(&mut at_start) {
            out.indent();
        }
        out.put_text(c);
    }
}
