//! A place in the text, and what kind of character stands there.

use std::cell::Cell;

/// A place: in bytes, in characters, and as line and column, all from 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Walks over text. The end reads as NUL, which no text holds.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) mark: Mark,
    /// Whether somebody looked behind the end: there the reader's fault waits, if there is one.
    pub(super) looked_behind: Cell<bool>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, mark: Mark::default(), looked_behind: Cell::new(false) }
    }

    /// The byte `ahead` of here.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        match self.text.as_bytes().get(self.mark.at + ahead) {
            Some(byte) => *byte,
            None => {
                self.looked_behind.set(true);
                0
            }
        }
    }

    pub(super) fn is_end(&self) -> bool {
        self.byte(0) == 0
    }

    /// Space or tab.
    pub(super) fn is_blank(&self) -> bool {
        is_blank(self.byte(0))
    }

    pub(super) fn is_break(&self) -> bool {
        self.break_width(0) > 0
    }

    /// A line break or the end.
    pub(super) fn is_line_end(&self) -> bool {
        self.is_break() || self.is_end()
    }

    /// A blank, a line break or the end stands `ahead` of here.
    pub(super) fn is_gap(&self, ahead: usize) -> bool {
        let byte = self.byte(ahead);
        is_blank(byte) || byte == 0 || self.break_width(ahead) > 0
    }

    /// The bytes of the line break `ahead` of here; 0 when there is none.
    pub(super) fn break_width(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' if self.byte(ahead + 1) == b'\n' => 2,
            b'\r' => 1,
            0xc2 if self.byte(ahead + 1) == 0x85 => 2,
            0xe2 if self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    /// Whether `---` or `...` stands here alone at the start of a line.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!((self.byte(0), self.byte(1), self.byte(2)), (b'-', b'-', b'-') | (b'.', b'.', b'.'))
            && self.is_gap(3)
    }

    /// Goes over one character that is no line break.
    pub(super) fn skip(&mut self) {
        let width = match self.byte(0) {
            0 => return,
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        self.mark.at += width;
        self.mark.index += 1;
        self.mark.column += 1;
    }

    /// Goes over `count` characters.
    pub(super) fn skip_many(&mut self, count: usize) {
        (0..count).for_each(|_| self.skip());
    }

    /// Goes over blanks.
    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.skip();
        }
    }

    /// Goes over a comment, if one starts here, to the end of its line.
    pub(super) fn skip_comment(&mut self) {
        if self.byte(0) == b'#' {
            while !self.is_line_end() {
                self.skip();
            }
        }
    }

    /// Goes over the line break that stands here and returns what it stands for.
    pub(super) fn take_break(&mut self) -> &'static str {
        let width = self.break_width(0);
        let meaning = match (width, self.byte(2)) {
            (0, _) => return "",
            (3, 0xa8) => "\u{2028}",
            (3, _) => "\u{2029}",
            _ => "\n",
        };
        self.mark.index += if self.byte(0) == b'\r' { width } else { 1 };
        self.mark.at += width;
        self.mark.line += 1;
        self.mark.column = 0;
        meaning
    }

    /// Goes over letters, digits, `-` and `_`, and returns them.
    pub(super) fn take_word(&mut self) -> &'a str {
        let start = self.mark.at;
        while is_word(self.byte(0)) {
            self.skip();
        }
        &self.text[start..self.mark.at]
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
