//! The text of a scalar while it is scanned: a slice of the input for as long as it reads there as it is.

use std::borrow::Cow;

/// What was gathered of a scalar, and the line breaks that wait for more text before they are folded.
#[derive(Debug)]
pub(super) struct Run<'a> {
    source: &'a str,
    start: usize,
    end: usize,
    owned: Option<String>,
    /// The first line break since the last text.
    first_break: &'static str,
    /// Those after it.
    more_breaks: String,
}

impl<'a> Run<'a> {
    /// Nothing yet; text is expected from `start` on.
    pub(super) fn new(source: &'a str, start: usize) -> Run<'a> {
        Run { source, start, end: start, owned: None, first_break: "", more_breaks: String::new() }
    }

    /// Appends a part of the input.
    pub(super) fn take(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        match &mut self.owned {
            Some(text) => text.push_str(&self.source[start..end]),
            None if start == self.end => self.end = end,
            None if self.start == self.end => (self.start, self.end) = (start, end),
            None => {
                let part = &self.source[start..end];
                self.push(part);
            }
        }
    }

    /// Appends what does not stand in the input this way.
    pub(super) fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let so_far = &self.source[self.start..self.end];
        self.owned.get_or_insert_with(|| so_far.to_owned()).push_str(text);
    }

    /// Appends one character that does not stand in the input this way.
    pub(super) fn push_char(&mut self, c: char) {
        self.push(c.encode_utf8(&mut [0; 4]));
    }

    /// Notes a line break, which may be the first since the last text or one of more.
    pub(super) fn wait(&mut self, line_break: &'static str, more: bool) {
        if more {
            self.more_breaks.push_str(line_break);
        } else {
            self.first_break = line_break;
        }
    }

    /// Joins two lines: a single line break becomes a space, further ones stay.
    pub(super) fn fold(&mut self) {
        if self.first_break == "\n" {
            self.first_break = if self.more_breaks.is_empty() { " " } else { "" };
        }
        self.keep_first_break();
        self.keep_more_breaks();
    }

    /// Appends the first noted line break as it is.
    pub(super) fn keep_first_break(&mut self) {
        self.push(self.first_break);
        self.first_break = "";
    }

    /// Appends the other noted line breaks as they are.
    pub(super) fn keep_more_breaks(&mut self) {
        let breaks = std::mem::take(&mut self.more_breaks);
        self.push(&breaks);
    }

    /// The whole.
    pub(super) fn finish(self) -> Cow<'a, str> {
        self.owned.map_or(Cow::Borrowed(&self.source[self.start..self.end]), Cow::Owned)
    }
}
