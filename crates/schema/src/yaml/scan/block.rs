//! Block scalars: `|` keeps lines, `>` joins them.

use super::Scanner;
use super::run::Run;
use crate::yaml::YamlError;
use std::borrow::Cow;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    /// One stays.
    Clip,
    Strip,
    Keep,
}

impl<'a> Scanner<'a> {
    pub(super) fn scan_block_scalar(&mut self) -> Result<Cow<'a, str>, YamlError> {
        let literal = self.cursor.byte(0) == b'|';
        self.cursor.skip();
        let (chomp, increment) = self.scan_block_header()?;
        let mut indent = match increment {
            0 => 0,
            increment => increment + self.indent.max(0).cast_unsigned(),
        };
        let mut run = Run::new(self.cursor.text, self.cursor.mark.at);
        self.scan_block_breaks(&mut indent, &mut run)?;
        let mut led_by_blank = false;
        while self.cursor.mark.column == indent && !self.cursor.is_end() {
            let blank = self.cursor.is_blank();
            if literal || led_by_blank || blank {
                keep(&mut run)
            } else {
                run.fold()
            }
            led_by_blank = blank;
            let start = self.cursor.mark.at;
            while !self.cursor.is_line_end() {
                self.cursor.skip();
            }
            run.take(start, self.cursor.mark.at);
            run.wait(self.cursor.take_break(), false);
            self.scan_block_breaks(&mut indent, &mut run)?;
        }
        if chomp != Chomp::Strip {
            run.keep_first_break();
        }
        if chomp == Chomp::Keep {
            run.keep_more_breaks();
        }
        Ok(run.finish())
    }

    /// Reads the indicators after `|` or `>`: how to end, and by how much the text is indented (0: see there).
    fn scan_block_header(&mut self) -> Result<(Chomp, usize), YamlError> {
        let mut chomp = self.scan_chomp();
        let increment = match self.cursor.byte(0) {
            b'0' => return Err(self.error("found an indentation indicator equal to 0")),
            digit @ b'1'..=b'9' => {
                self.cursor.skip();
                usize::from(digit - b'0')
            }
            _ => 0,
        };
        if chomp.is_none() && increment > 0 {
            chomp = self.scan_chomp();
        }
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_line_end() {
            return Err(self.error("did not find expected comment or line break"));
        }
        self.cursor.take_break();
        Ok((chomp.unwrap_or(Chomp::Clip), increment))
    }

    fn scan_chomp(&mut self) -> Option<Chomp> {
        let chomp = match self.cursor.byte(0) {
            b'+' => Chomp::Keep,
            b'-' => Chomp::Strip,
            _ => return None,
        };
        self.cursor.skip();
        Some(chomp)
    }

    /// Goes over empty lines and indentation. An `indent` of 0 is set to that of the first line with text.
    fn scan_block_breaks(&mut self, indent: &mut usize, run: &mut Run<'a>) -> Result<(), YamlError> {
        let mut deepest = 0;
        loop {
            let is_left = |column: usize| *indent == 0 || column < *indent;
            while is_left(self.cursor.mark.column) && self.cursor.byte(0) == b' ' {
                self.cursor.skip();
            }
            deepest = deepest.max(self.cursor.mark.column);
            if is_left(self.cursor.mark.column) && self.cursor.byte(0) == b'\t' {
                return Err(self.error("found a tab character where an indentation space is expected"));
            }
            if !self.cursor.is_break() {
                break;
            }
            run.wait(self.cursor.take_break(), true);
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1).max(1).cast_unsigned());
        }
        Ok(())
    }
}

fn keep(run: &mut Run<'_>) {
    run.keep_first_break();
    run.keep_more_breaks();
}
