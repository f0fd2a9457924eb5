//! Text to tokens. Indentation becomes tokens too, and a key is known as one only when its `:` is found, so
//! tokens wait in a queue while the first of them may start a key.

mod block;
mod cursor;
mod directive;
mod fetch;
mod keys;
mod plain;
mod quoted;
mod run;
mod tag;
mod token;

pub(super) use token::{Token, TokenKind};

use super::YamlError;
use super::text::Text;
use cursor::{Cursor, Mark};
use keys::SimpleKeys;
use pintle_meta::value::DEPTH_MAX;
use std::collections::VecDeque;

/// Finds tokens, one at a time.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    cursor: Cursor<'a>,
    /// What the reader refused behind the end of the text.
    fault: Option<&'static str>,
    queue: VecDeque<Token<'a>>,
    /// How many tokens left the queue.
    taken: usize,
    keys: SimpleKeys,
    /// Whether a simple key may start here.
    key_allowed: bool,
    /// The column of the innermost block collection; -1 when there is none.
    indent: isize,
    indents: Vec<isize>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a Text<'a>) -> Scanner<'a> {
        Scanner {
            cursor: Cursor::new(&text.text),
            fault: text.fault,
            queue: VecDeque::new(),
            taken: 0,
            keys: SimpleKeys::new(),
            key_allowed: true,
            indent: -1,
            indents: Vec::new(),
        }
    }

    /// The next token, which stays next. After the end of the stream there is nothing but its end.
    ///
    /// # Errors
    /// The first thing that is no YAML.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>, YamlError> {
        while self.needs_more()? {
            let fetched = self.fetch();
            match self.fault {
                Some(fault) if self.cursor.looked_behind.get() => return Err(YamlError::new(fault)),
                _ => fetched?,
            }
        }
        Ok(&self.queue[0])
    }

    /// The next token, which is used up.
    ///
    /// # Errors
    /// As for [`Scanner::peek`].
    pub(super) fn take(&mut self) -> Result<Token<'a>, YamlError> {
        self.peek()?;
        if self.queue[0].kind == TokenKind::StreamEnd {
            return Ok(self.queue[0].clone());
        }
        self.taken += 1;
        Ok(self.queue.pop_front().expect("a token was just seen"))
    }

    fn needs_more(&mut self) -> Result<bool, YamlError> {
        Ok(self.queue.is_empty() || self.keys.may_start(self.taken, self.cursor.mark)?)
    }

    fn in_block(&self) -> bool {
        self.keys.flow_level() == 0
    }

    /// The number that the next token will have.
    fn next_number(&self) -> usize {
        self.taken + self.queue.len()
    }

    fn push(&mut self, kind: TokenKind<'a>, start: Mark) {
        self.queue.push_back(Token { kind, line: start.line });
    }

    /// Puts a token before the one numbered `number`, or last when that one is gone.
    fn push_before(&mut self, number: usize, kind: TokenKind<'a>, start: Mark) {
        let at = number.checked_sub(self.taken).unwrap_or(self.queue.len()).min(self.queue.len());
        self.queue.insert(at, Token { kind, line: start.line });
    }

    /// A block collection starts at `start`, if it is further right than the one around it.
    fn roll_indent(
        &mut self,
        kind: TokenKind<'a>,
        before: Option<usize>,
        start: Mark,
    ) -> Result<(), YamlError> {
        let column = start.column.cast_signed();
        if !self.in_block() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > DEPTH_MAX {
            return Err(self.error(format_args!("exceeded max depth of {DEPTH_MAX}")));
        }
        match before {
            Some(number) => self.push_before(number, kind, start),
            None => self.push(kind, start),
        }
        Ok(())
    }

    /// Ends the block collections that are further right than `column`.
    fn unroll_indent(&mut self, column: isize) {
        while self.in_block() && self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// A key may start here, if one may at all.
    fn save_key(&mut self) -> Result<(), YamlError> {
        if !self.key_allowed {
            return Ok(());
        }
        let here = self.cursor.mark;
        let required = self.in_block() && self.indent == here.column.cast_signed();
        self.keys.save(self.next_number(), self.taken, required, here)
    }

    fn remove_key(&mut self) -> Result<(), YamlError> {
        self.keys.remove(self.cursor.mark)
    }

    fn error(&self, problem: impl std::fmt::Display) -> YamlError {
        YamlError::scanner(self.cursor.mark.line, problem)
    }
}
