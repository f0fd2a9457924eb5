//! What the scanner finds.

use std::borrow::Cow;

/// A piece of the text and the line it starts in, from 0.
#[derive(Clone, Debug)]
pub(in crate::yaml) struct Token<'a> {
    pub(in crate::yaml) kind: TokenKind<'a>,
    pub(in crate::yaml) line: usize,
}

/// The pieces of YAML. Block starts and ends, and many keys, stand for nothing but indentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::yaml) enum TokenKind<'a> {
    StreamEnd,
    VersionDirective { major: u8, minor: u8 },
    TagDirective { handle: Cow<'a, str>, prefix: Cow<'a, str> },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    Tag { handle: Cow<'a, str>, suffix: Cow<'a, str> },
    Scalar { text: Cow<'a, str>, plain: bool },
}
