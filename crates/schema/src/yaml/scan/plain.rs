//! Plain scalars: text without quotes, over several lines if they are indented.

use super::Scanner;
use super::run::Run;
use crate::yaml::YamlError;
use std::borrow::Cow;

impl<'a> Scanner<'a> {
    pub(super) fn scan_plain(&mut self) -> Result<Cow<'a, str>, YamlError> {
        let indent = self.indent + 1;
        let mut run = Run::new(self.cursor.text, self.cursor.mark.at);
        let (mut end, mut broken) = (self.cursor.mark.at, false);
        while !self.cursor.is_document_indicator() && self.cursor.byte(0) != b'#' {
            let start = self.cursor.mark.at;
            self.skip_plain_word();
            if self.cursor.mark.at > start {
                match std::mem::take(&mut broken) {
                    true => run.fold(),
                    false => run.take(end, start),
                }
                end = self.cursor.mark.at;
                run.take(start, end);
            }
            if !self.cursor.is_blank() && !self.cursor.is_break() {
                break;
            }
            broken |= self.skip_plain_gap(indent, &mut run)?;
            if self.in_block() && self.cursor.mark.column.cast_signed() < indent {
                break;
            }
        }
        if broken {
            self.key_allowed = true;
        }
        Ok(run.finish())
    }

    /// Goes over what belongs to the scalar up to the next blank or line break.
    fn skip_plain_word(&mut self) {
        let block = self.in_block();
        while !self.cursor.is_gap(0) {
            match self.cursor.byte(0) {
                b':' if self.cursor.is_gap(1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if !block => return,
                _ => self.cursor.skip(),
            }
        }
    }

    /// Goes over blanks and line breaks, which count only if more text follows. Returns whether there was a
    /// line break.
    fn skip_plain_gap(&mut self, indent: isize, run: &mut Run<'a>) -> Result<bool, YamlError> {
        let mut broken = false;
        loop {
            if self.cursor.is_break() {
                run.wait(self.cursor.take_break(), broken);
                broken = true;
            } else if !self.cursor.is_blank() {
                return Ok(broken);
            } else if broken && self.cursor.byte(0) == b'\t' && self.cursor.mark.column.cast_signed() < indent
            {
                return Err(self.error("found a tab character that violates indentation"));
            } else {
                self.cursor.skip();
            }
        }
    }
}
