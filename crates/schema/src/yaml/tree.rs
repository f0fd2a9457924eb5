//! Events to nodes: the first document as a table of nodes, anchors resolved to the nodes they name.

use super::YamlError;
use super::grammar::{Event, EventKind, Grammar, Scalar};
use super::text::Text;
use pintle_meta::value::DEPTH_MAX;
use std::collections::HashMap;

/// A node's place in the table.
pub(super) type NodeId = usize;

/// A node, and the line it starts in, from 0.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: NodeKind<'a>,
    pub(super) line: usize,
}

#[derive(Debug)]
pub(super) enum NodeKind<'a> {
    Scalar(Scalar<'a>),
    Alias {
        name: &'a str,
        target: NodeId,
    },
    Sequence(Vec<NodeId>),
    /// Keys and values in turn.
    Mapping(Vec<NodeId>),
}

/// One document.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// `None` when there is no document at all.
    pub(super) root: Option<NodeId>,
}

/// Reads the first document and nothing behind it.
///
/// # Errors
/// When it is no YAML, nests deeper than [`DEPTH_MAX`], or names an anchor that was not set before.
pub(super) fn compose<'a>(text: &'a Text<'a>) -> Result<Tree<'a>, YamlError> {
    let mut grammar = Grammar::new(text);
    let mut composer = Composer::default();
    loop {
        let event = grammar.next()?;
        match event.kind {
            EventKind::StreamEnd | EventKind::DocumentEnd => return Ok(composer.tree),
            _ => composer.add(event)?,
        }
    }
}

#[derive(Default)]
struct Composer<'a> {
    tree: Tree<'a>,
    anchors: HashMap<&'a str, NodeId>,
    open: Vec<NodeId>,
}

impl<'a> Composer<'a> {
    fn add(&mut self, event: Event<'a>) -> Result<(), YamlError> {
        let (kind, anchor, opens) = match event.kind {
            EventKind::Scalar(scalar) => {
                let anchor = scalar.anchor;
                (NodeKind::Scalar(scalar), anchor, false)
            }
            EventKind::Alias(name) => {
                let unknown = || YamlError::new(format_args!("unknown anchor '{name}' referenced"));
                let target = *self.anchors.get(name).ok_or_else(unknown)?;
                (NodeKind::Alias { name, target }, None, false)
            }
            EventKind::SequenceStart { anchor } => (NodeKind::Sequence(Vec::new()), anchor, true),
            EventKind::MappingStart { anchor } => (NodeKind::Mapping(Vec::new()), anchor, true),
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                self.open.pop();
                return Ok(());
            }
            EventKind::StreamEnd | EventKind::DocumentStart | EventKind::DocumentEnd => return Ok(()),
        };
        let id = self.tree.nodes.len();
        self.tree.nodes.push(Node { kind, line: event.line });
        if let Some(name) = anchor {
            self.anchors.insert(name, id);
        }
        match self.open.last().map(|parent| &mut self.tree.nodes[*parent].kind) {
            Some(NodeKind::Sequence(children) | NodeKind::Mapping(children)) => children.push(id),
            _ => self.tree.root = Some(id),
        }
        if opens {
            self.open.push(id);
            if self.open.len() > DEPTH_MAX {
                return Err(YamlError::too_deep());
            }
        }
        Ok(())
    }
}
