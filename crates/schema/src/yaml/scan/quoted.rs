//! Scalars in single or double quotes.

use super::Scanner;
use super::run::Run;
use crate::yaml::YamlError;
use std::borrow::Cow;

impl<'a> Scanner<'a> {
    pub(super) fn scan_quoted(&mut self) -> Result<Cow<'a, str>, YamlError> {
        let quote = self.cursor.byte(0);
        self.cursor.skip();
        let mut run = Run::new(self.cursor.text, self.cursor.mark.at);
        loop {
            if self.cursor.is_document_indicator() {
                return Err(self.error("found unexpected document indicator"));
            }
            // As for tokens, the reference wants four characters here.
            self.cursor.byte(3);
            if self.cursor.is_end() {
                return Err(self.error("found unexpected end of stream"));
            }
            let escaped_break = self.scan_quoted_word(quote, &mut run)?;
            if self.cursor.byte(0) == quote {
                self.cursor.skip();
                return Ok(run.finish());
            }
            self.scan_quoted_gap(escaped_break, &mut run);
        }
    }

    /// Reads up to the next blank, line break or quote. Returns whether it ended with an escaped line break,
    /// which joins two lines without a space.
    fn scan_quoted_word(&mut self, quote: u8, run: &mut Run<'a>) -> Result<bool, YamlError> {
        while !self.cursor.is_gap(0) {
            let byte = self.cursor.byte(0);
            if byte == b'\'' && quote == byte && self.cursor.byte(1) == byte {
                run.push("'");
                self.cursor.skip_many(2);
            } else if byte == quote {
                return Ok(false);
            } else if byte == b'\\' && quote == b'"' {
                if self.cursor.break_width(1) > 0 {
                    self.cursor.skip();
                    self.cursor.take_break();
                    return Ok(true);
                }
                let c = self.scan_escape()?;
                run.push_char(c);
            } else {
                let start = self.cursor.mark.at;
                self.cursor.skip();
                run.take(start, self.cursor.mark.at);
            }
        }
        Ok(false)
    }

    /// Reads blanks and line breaks: blanks stay unless a line ends there.
    fn scan_quoted_gap(&mut self, mut broken: bool, run: &mut Run<'a>) {
        let start = self.cursor.mark.at;
        let mut end = start;
        loop {
            if self.cursor.is_break() {
                run.wait(self.cursor.take_break(), broken);
                broken = true;
            } else if self.cursor.is_blank() {
                self.cursor.skip();
                end = self.cursor.mark.at;
            } else {
                break;
            }
        }
        if broken {
            run.fold();
        } else {
            run.take(start, end);
        }
    }

    /// Reads an escape sequence in double quotes.
    fn scan_escape(&mut self) -> Result<char, YamlError> {
        let letter = self.cursor.byte(1);
        let digits = match letter {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => {
                let c = named(letter).ok_or_else(|| self.error("found unknown escape character"))?;
                self.cursor.skip_many(2);
                return Ok(c);
            }
        };
        self.cursor.skip_many(2);
        let mut code = 0u32;
        for at in 0..digits {
            let digit = char::from(self.cursor.byte(at)).to_digit(16);
            let digit = digit.ok_or_else(|| self.error("did not find expected hexdecimal number"))?;
            code = code << 4 | digit;
        }
        let c =
            char::from_u32(code).ok_or_else(|| self.error("found invalid Unicode character escape code"))?;
        self.cursor.skip_many(digits);
        Ok(c)
    }
}

/// The character that an escape of one letter stands for. (`\/` is none: that came with YAML 1.2.)
fn named(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' | b'"' | b'\'' | b'\\' => char::from(letter),
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
