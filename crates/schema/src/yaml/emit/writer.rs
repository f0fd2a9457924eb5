//! The bytes written so far, and where on the line we are.

const STEP: usize = 2;
/// Behind this column a line of words is folded.
const WIDTH: usize = 80;

#[derive(Debug)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// In characters.
    column: usize,
    /// `None` around the document.
    indent: Option<usize>,
    /// Whether a blank, or nothing, stands before here.
    after_blank: bool,
    /// Whether nothing but indentation and `-`, `?` or `:` stands before here.
    line_start: bool,
}

impl Writer {
    pub(super) fn new() -> Writer {
        Writer {
            bytes: Vec::with_capacity(512),
            column: 0,
            indent: None,
            after_blank: true,
            line_start: true,
        }
    }

    /// Everything, with a line break at the end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.indent = None;
        self.indent();
        self.bytes
    }

    pub(super) fn at_line_start(&self) -> bool {
        self.line_start
    }

    pub(super) fn is_wide(&self) -> bool {
        self.column > WIDTH
    }

    /// Indents for a collection and returns the indentation so far; `flat` if it needs none of its own.
    pub(super) fn deepen(&mut self, flat: bool) -> Option<usize> {
        let outer = self.indent;
        self.indent = match outer {
            None => Some(0),
            Some(indent) if flat => Some(indent),
            Some(indent) => Some(indent + STEP),
        };
        outer
    }

    /// Indents for the further lines of a scalar.
    pub(super) fn deepen_for_scalar(&mut self) -> Option<usize> {
        let outer = self.indent;
        self.indent = Some(outer.unwrap_or(0) + STEP);
        outer
    }

    pub(super) fn restore(&mut self, outer: Option<usize>) {
        self.indent = outer;
    }

    /// Goes to the indentation, on a new line unless this one has come to nothing else.
    pub(super) fn indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.line_start || self.column > indent || self.column == indent && !self.after_blank {
            self.line_break();
        }
        let blanks = indent.saturating_sub(self.column);
        self.bytes.extend(std::iter::repeat_n(b' ', blanks));
        self.column += blanks;
        self.after_blank = true;
        self.line_start = true;
    }

    /// Writes `-`, `?` or `:` at the start of a line, or the mark that a scalar starts with.
    pub(super) fn indicator(&mut self, mark: &str, keeps_line_start: bool) {
        if !self.after_blank {
            self.put(" ");
        }
        self.put(mark);
        self.after_blank = false;
        self.line_start &= keeps_line_start;
    }

    /// Writes the `:` after a key.
    pub(super) fn colon(&mut self) {
        self.close(":");
    }

    /// Writes an empty collection.
    pub(super) fn empty(&mut self, brackets: &str) {
        self.indicator(brackets, false);
    }

    /// Writes a mark that sticks to what is before it.
    pub(super) fn close(&mut self, mark: &str) {
        self.put(mark);
        self.after_blank = false;
        self.line_start = false;
    }

    /// Puts a space before a word, if there is none.
    pub(super) fn separate(&mut self) {
        if !self.after_blank {
            self.put(" ");
        }
    }

    /// A word or a quoted scalar ends here.
    pub(super) fn end_scalar(&mut self) {
        self.after_blank = false;
        self.line_start = false;
    }

    /// Writes text without line breaks.
    pub(super) fn put(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.column += text.chars().count();
    }

    pub(super) fn put_char(&mut self, c: char) {
        self.put(c.encode_utf8(&mut [0; 4]));
    }

    /// As [`Writer::put_char`] within the text of a scalar: the line is no longer empty.
    pub(super) fn put_text(&mut self, c: char) {
        self.put_char(c);
        self.line_start = false;
    }

    /// Writes a line break of a scalar, which stays the character that it is.
    pub(super) fn put_break(&mut self, c: char) {
        self.put_char(c);
        self.column = 0;
        self.line_start = true;
    }

    pub(super) fn line_break(&mut self) {
        self.bytes.push(b'\n');
        self.column = 0;
    }

    /// Starts the lines of a literal scalar.
    pub(super) fn start_lines(&mut self) {
        self.line_break();
        self.after_blank = true;
        self.line_start = true;
    }
}
