//! Tokens to events: libyaml's grammar as a stack of states, so that nesting costs no call stack.

mod block;
mod directive;
mod flow;
mod node;

use super::YamlError;
use super::scan::{Scanner, TokenKind};
use super::text::Text;
use directive::Directives;
use std::borrow::Cow;

/// One step through the documents, and the line it starts in, from 0.
#[derive(Debug)]
pub(super) struct Event<'a> {
    pub(super) kind: EventKind<'a>,
    pub(super) line: usize,
}

#[derive(Debug)]
pub(super) enum EventKind<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a str),
    Scalar(Scalar<'a>),
    SequenceStart { anchor: Option<&'a str> },
    SequenceEnd,
    MappingStart { anchor: Option<&'a str> },
    MappingEnd,
}

/// A scalar as it is written.
#[derive(Debug)]
pub(super) struct Scalar<'a> {
    pub(super) anchor: Option<&'a str>,
    pub(super) text: Cow<'a, str>,
    /// The tag in full; empty when there is none.
    pub(super) tag: Box<str>,
    /// Whether the text alone says what it is: it has neither tag nor quotes.
    pub(super) implicit: bool,
}

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    DocumentStart,
    DocumentContent,
    BlockNode,
    DocumentEnd,
    BlockEntry { first: bool },
    IndentlessEntry,
    BlockKey { first: bool },
    BlockValue,
    FlowEntry { first: bool },
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowKey { first: bool },
    FlowValue { empty: bool },
    End,
}

/// Makes events of tokens.
#[derive(Debug)]
pub(super) struct Grammar<'a> {
    scanner: Scanner<'a>,
    state: State,
    /// What is expected when the open collections are done.
    states: Vec<State>,
    directives: Directives,
}

type Next<'a> = Result<Event<'a>, YamlError>;

impl<'a> Grammar<'a> {
    pub(super) fn new(text: &'a Text<'a>) -> Grammar<'a> {
        let scanner = Scanner::new(text);
        Grammar {
            scanner,
            state: State::DocumentStart,
            states: Vec::new(),
            directives: Directives::default(),
        }
    }

    /// The next event of the first document; after its end it is `StreamEnd` for ever.
    ///
    /// # Errors
    /// The first thing that is no YAML.
    pub(super) fn next(&mut self) -> Next<'a> {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentContent => self.document_content(),
            State::BlockNode => self.node(true, false),
            State::DocumentEnd => self.document_end(),
            State::BlockEntry { first } => self.block_entry(first),
            State::IndentlessEntry => self.indentless_entry(),
            State::BlockKey { first } => self.block_key(first),
            State::BlockValue => self.block_value(),
            State::FlowEntry { first } => self.flow_entry(first),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowKey { first } => self.flow_key(first),
            State::FlowValue { empty } => self.flow_value(empty),
            State::End => Ok(Event { kind: EventKind::StreamEnd, line: 0 }),
        }
    }

    fn document_start(&mut self) -> Next<'a> {
        let kind = self.peek()?;
        if *kind == TokenKind::StreamEnd {
            self.state = State::End;
            return self.event(EventKind::StreamEnd);
        }
        let explicit = is_document_start(kind);
        let line = self.line()?;
        self.states.push(State::DocumentEnd);
        self.state = if explicit { State::DocumentContent } else { State::BlockNode };
        if explicit {
            self.read_directives()?;
            if *self.peek()? != TokenKind::DocumentStart {
                return self.fail("did not find expected <document start>");
            }
            self.scanner.take()?;
        }
        Ok(Event { kind: EventKind::DocumentStart, line })
    }

    fn document_content(&mut self) -> Next<'a> {
        let kind = self.peek()?;
        if is_document_start(kind) || matches!(kind, TokenKind::DocumentEnd | TokenKind::StreamEnd) {
            self.pop();
            return self.empty();
        }
        self.node(true, false)
    }

    /// The document ends here, whatever stands here: nobody asks for the next one.
    fn document_end(&mut self) -> Next<'a> {
        self.state = State::End;
        self.event(EventKind::DocumentEnd)
    }

    fn peek(&mut self) -> Result<&TokenKind<'a>, YamlError> {
        self.scanner.peek().map(|token| &token.kind)
    }

    /// The line of the next token.
    fn line(&mut self) -> Result<usize, YamlError> {
        self.scanner.peek().map(|token| token.line)
    }

    /// An event where the next token stands.
    fn event(&mut self, kind: EventKind<'a>) -> Next<'a> {
        Ok(Event { kind, line: self.line()? })
    }

    /// The innermost collection is done.
    fn pop(&mut self) {
        self.state = self.states.pop().expect("each node was entered with the state that follows it");
    }

    /// Ends a collection with the next token.
    fn close(&mut self, kind: EventKind<'a>) -> Next<'a> {
        self.pop();
        Ok(Event { kind, line: self.scanner.take()?.line })
    }

    /// A scalar that is not written, where the next token stands.
    fn empty(&mut self) -> Next<'a> {
        let line = self.line()?;
        Ok(empty_at(line))
    }

    fn fail(&mut self, problem: &str) -> Next<'a> {
        Err(YamlError::grammar(self.line()?, problem))
    }
}

fn empty_at<'a>(line: usize) -> Event<'a> {
    let scalar = Scalar { anchor: None, text: Cow::Borrowed(""), tag: Box::default(), implicit: true };
    Event { kind: EventKind::Scalar(scalar), line }
}

fn is_document_start(kind: &TokenKind<'_>) -> bool {
    matches!(
        kind,
        TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } | TokenKind::DocumentStart
    )
}
