//! Flow collections: JSON's brackets, with less punctuation required. A pair in a list is a map of its own.

use super::{Event, EventKind, Grammar, Next, State, TokenKind, empty_at};

impl<'a> Grammar<'a> {
    pub(super) fn flow_entry(&mut self, first: bool) -> Next<'a> {
        if first {
            self.scanner.take()?;
        }
        if *self.peek()? != TokenKind::FlowSequenceEnd {
            if !first {
                if *self.peek()? != TokenKind::FlowEntry {
                    return self.fail("did not find expected ',' or ']'");
                }
                self.scanner.take()?;
            }
            match self.peek()? {
                TokenKind::Key => {
                    self.state = State::FlowPairKey;
                    let line = self.scanner.take()?.line;
                    return Ok(Event { kind: EventKind::MappingStart { anchor: None }, line });
                }
                TokenKind::FlowSequenceEnd => {}
                _ => {
                    self.states.push(State::FlowEntry { first: false });
                    return self.node(false, false);
                }
            }
        }
        self.close(EventKind::SequenceEnd)
    }

    pub(super) fn flow_pair_key(&mut self) -> Next<'a> {
        match self.peek()? {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml loses this token, and so do we: what follows is refused there too.
                let line = self.scanner.take()?.line;
                self.state = State::FlowPairValue;
                Ok(empty_at(line))
            }
            _ => {
                self.states.push(State::FlowPairValue);
                self.node(false, false)
            }
        }
    }

    pub(super) fn flow_pair_value(&mut self) -> Next<'a> {
        let line = self.line()?;
        self.state = State::FlowPairEnd;
        if *self.peek()? == TokenKind::Value {
            self.scanner.take()?;
            if !matches!(self.peek()?, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(false, false);
            }
        }
        Ok(empty_at(line))
    }

    pub(super) fn flow_pair_end(&mut self) -> Next<'a> {
        self.state = State::FlowEntry { first: false };
        self.event(EventKind::MappingEnd)
    }

    pub(super) fn flow_key(&mut self, first: bool) -> Next<'a> {
        if first {
            self.scanner.take()?;
        }
        if *self.peek()? != TokenKind::FlowMappingEnd {
            if !first {
                if *self.peek()? != TokenKind::FlowEntry {
                    return self.fail("did not find expected ',' or '}'");
                }
                self.scanner.take()?;
            }
            match self.peek()? {
                TokenKind::Key => {
                    self.scanner.take()?;
                    return self.flow_half(State::FlowValue { empty: false });
                }
                TokenKind::FlowMappingEnd => {}
                _ => {
                    self.states.push(State::FlowValue { empty: true });
                    return self.node(false, false);
                }
            }
        }
        self.close(EventKind::MappingEnd)
    }

    pub(super) fn flow_value(&mut self, empty: bool) -> Next<'a> {
        let after = State::FlowKey { first: false };
        if !empty && *self.peek()? == TokenKind::Value {
            self.scanner.take()?;
            return self.flow_half(after);
        }
        self.state = after;
        self.empty()
    }

    /// The node after `?` or `:`; then comes `after`.
    fn flow_half(&mut self, after: State) -> Next<'a> {
        self.state = after;
        let kind = self.peek()?;
        let is_key = matches!(after, State::FlowValue { .. });
        if matches!(kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd)
            || is_key && *kind == TokenKind::Value
        {
            return self.empty();
        }
        self.states.push(after);
        self.node(false, false)
    }
}
