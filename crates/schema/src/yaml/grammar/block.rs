//! Block collections: one entry or pair for a line, by indentation.

use super::{EventKind, Grammar, Next, State, TokenKind, empty_at};

impl<'a> Grammar<'a> {
    pub(super) fn block_entry(&mut self, first: bool) -> Next<'a> {
        if first {
            self.scanner.take()?;
        }
        match self.peek()? {
            TokenKind::BlockEntry => {
                let line = self.scanner.take()?.line;
                self.state = State::BlockEntry { first: false };
                if matches!(self.peek()?, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    return Ok(empty_at(line));
                }
                self.states.push(self.state);
                self.node(true, false)
            }
            TokenKind::BlockEnd => self.close(EventKind::SequenceEnd),
            _ => self.fail("did not find expected '-' indicator"),
        }
    }

    /// An entry of a sequence that is a mapping's value and no further right than its key.
    pub(super) fn indentless_entry(&mut self) -> Next<'a> {
        if *self.peek()? != TokenKind::BlockEntry {
            self.pop();
            return self.event(EventKind::SequenceEnd);
        }
        let line = self.scanner.take()?.line;
        let kind = self.peek()?;
        if *kind == TokenKind::BlockEntry || ends_pair(kind) {
            return Ok(empty_at(line));
        }
        self.states.push(State::IndentlessEntry);
        self.node(true, false)
    }

    pub(super) fn block_key(&mut self, first: bool) -> Next<'a> {
        if first {
            self.scanner.take()?;
        }
        match self.peek()? {
            TokenKind::Key => {
                let line = self.scanner.take()?.line;
                self.block_half(line, State::BlockValue)
            }
            TokenKind::BlockEnd => self.close(EventKind::MappingEnd),
            _ => self.fail("did not find expected key"),
        }
    }

    pub(super) fn block_value(&mut self) -> Next<'a> {
        if *self.peek()? != TokenKind::Value {
            self.state = State::BlockKey { first: false };
            return self.empty();
        }
        let line = self.scanner.take()?.line;
        self.block_half(line, State::BlockKey { first: false })
    }

    /// The node after `?` or `:`, which stood in `line`; then comes `after`.
    fn block_half(&mut self, line: usize, after: State) -> Next<'a> {
        self.state = after;
        if ends_pair(self.peek()?) {
            return Ok(empty_at(line));
        }
        self.states.push(after);
        self.node(true, true)
    }
}

fn ends_pair(kind: &TokenKind<'_>) -> bool {
    matches!(kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd)
}
