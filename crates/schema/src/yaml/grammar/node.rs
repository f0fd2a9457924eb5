//! A node: an alias, or properties and then a scalar or the start of a collection.

use super::{Event, EventKind, Grammar, Next, Scalar, State, TokenKind};
use crate::yaml::YamlError;
use std::borrow::Cow;

/// What may stand before the content of a node.
struct Properties<'a> {
    anchor: Option<&'a str>,
    tag: Box<str>,
}

impl<'a> Grammar<'a> {
    /// Reads a node; `block` if it may be a block collection, `indentless` if entries may start at once.
    pub(super) fn node(&mut self, block: bool, indentless: bool) -> Next<'a> {
        let line = self.line()?;
        if let TokenKind::Alias(name) = *self.peek()? {
            self.scanner.take()?;
            self.pop();
            return Ok(Event { kind: EventKind::Alias(name), line });
        }
        let Properties { anchor, tag } = self.properties()?;
        let kind = match self.peek()? {
            TokenKind::Scalar { .. } => return self.scalar(anchor, tag, line),
            TokenKind::BlockEntry if indentless => {
                self.state = State::IndentlessEntry;
                EventKind::SequenceStart { anchor }
            }
            TokenKind::FlowSequenceStart => {
                self.state = State::FlowEntry { first: true };
                EventKind::SequenceStart { anchor }
            }
            TokenKind::FlowMappingStart => {
                self.state = State::FlowKey { first: true };
                EventKind::MappingStart { anchor }
            }
            TokenKind::BlockSequenceStart if block => {
                self.state = State::BlockEntry { first: true };
                EventKind::SequenceStart { anchor }
            }
            TokenKind::BlockMappingStart if block => {
                self.state = State::BlockKey { first: true };
                EventKind::MappingStart { anchor }
            }
            _ if anchor.is_some() || !tag.is_empty() => {
                self.pop();
                let implicit = tag.is_empty();
                EventKind::Scalar(Scalar { anchor, text: Cow::Borrowed(""), tag, implicit })
            }
            _ => return self.fail("did not find expected node content"),
        };
        Ok(Event { kind, line })
    }

    fn scalar(&mut self, anchor: Option<&'a str>, tag: Box<str>, line: usize) -> Next<'a> {
        self.pop();
        let TokenKind::Scalar { text, plain } = self.scanner.take()?.kind else {
            unreachable!("the token was seen to be a scalar")
        };
        let implicit = tag.is_empty() && plain || *tag == *"!";
        Ok(Event { kind: EventKind::Scalar(Scalar { anchor, text, tag, implicit }), line })
    }

    /// Reads an anchor and a tag, in either order.
    fn properties(&mut self) -> Result<Properties<'a>, YamlError> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.peek()? {
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(*name),
                TokenKind::Tag { handle, suffix } if tag.is_none() => {
                    tag = Some((handle.clone(), suffix.clone(), self.line()?));
                }
                _ => break,
            }
            self.scanner.take()?;
        }
        let tag = match tag {
            None => Box::default(),
            Some((handle, suffix, line)) => {
                let undefined = || YamlError::grammar(line, "found undefined tag handle");
                self.directives.resolve(&handle, &suffix).ok_or_else(undefined)?
            }
        };
        Ok(Properties { anchor, tag })
    }
}
