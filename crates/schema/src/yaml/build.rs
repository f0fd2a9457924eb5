//! Nodes to a value: aliases expanded, maps merged, duplicate keys noted, in go-yaml's order of doing so.
//!
//! Work waits on a stack of our own, so that nesting costs no call stack; what aliases may blow up has a budget.

use super::budget::Budget;
use super::resolve::{Plain, is_merge, resolve};
use super::target::{Target, scalar_value};
use super::tree::{Node, NodeId, NodeKind, Tree};
use super::{Parsed, YamlError, go_syntax};
use pintle_meta::Value;
use pintle_meta::value::{DEPTH_MAX, List};
use std::iter::Rev;
use std::slice::{Chunks, Iter};

/// The most duplicate keys that are told.
const DUPLICATES_MAX: usize = 1_000;

/// Builds the value of the document.
///
/// # Errors
/// What go-yaml, or the step from it to JSON, refuses.
pub(super) fn build(tree: &Tree<'_>) -> Result<Parsed, YamlError> {
    let mut builder = Builder { nodes: &tree.nodes, ..Builder::default() };
    let value = match tree.root {
        Some(root) => builder.run(root)?,
        None => Value::Null,
    };
    match builder.bad_key.or(builder.bad_number) {
        Some(text) => Err(YamlError::json(text)),
        None => Ok(Parsed { value, duplicates: builder.duplicates }),
    }
}

#[derive(Default)]
struct Builder<'t> {
    nodes: &'t [Node<'t>],
    frames: Vec<Frame<'t>>,
    /// The maps being filled, innermost last.
    targets: Vec<Target>,
    budget: Budget,
    duplicates: Vec<String>,
    /// What JSON refuses, the first of each; the reference gets to it only when all is read.
    bad_key: Option<String>,
    bad_number: Option<String>,
}

/// A node that waits for the nodes in it.
enum Frame<'t> {
    List {
        children: Iter<'t, NodeId>,
        items: List,
    },
    /// `merge` if the entries go to the map that is being filled already.
    Map {
        children: Chunks<'t, NodeId>,
        merge: bool,
        half: Half,
    },
    /// The maps of a merge, from the last on, so that the first wins.
    Merges(Rev<Iter<'t, NodeId>>),
    Alias(NodeId),
}

/// Which half of a pair a map waits for.
enum Half {
    None,
    /// The key; here is the node of the value.
    Key(NodeId),
    /// The value of this key, and its node.
    Value(Plain, NodeId),
}

/// A finished node; a scalar may yet become a key.
enum Done {
    Scalar(Plain),
    Value(Value),
}

type Step = Result<Option<Done>, YamlError>;

impl<'t> Builder<'t> {
    fn run(&mut self, root: NodeId) -> Result<Value, YamlError> {
        // The document is a node too.
        self.budget.count_node()?;
        let mut step = self.enter(root)?;
        loop {
            step = match step {
                Some(done) if self.frames.is_empty() => return Ok(self.value(done)),
                Some(done) => self.accept(done)?,
                None => self.advance()?,
            };
        }
    }

    /// Starts on a node; one without parts is done at once.
    fn enter(&mut self, mut id: NodeId) -> Step {
        loop {
            self.budget.count_node()?;
            if self.frames.len() > DEPTH_MAX {
                return Err(YamlError::too_deep());
            }
            match &self.nodes[id].kind {
                NodeKind::Scalar(scalar) => {
                    self.budget.count_text(scalar.text.len())?;
                    return Ok(Some(Done::Scalar(resolve(scalar)?)));
                }
                NodeKind::Alias { target, .. } => {
                    self.open_alias(id)?;
                    id = *target;
                }
                NodeKind::Sequence(children) => {
                    let items = List::with_capacity(children.len());
                    self.frames.push(Frame::List { children: children.iter(), items });
                    return Ok(None);
                }
                NodeKind::Mapping(children) => {
                    self.targets.push(Target::default());
                    self.push_map(children, false);
                    return Ok(None);
                }
            }
        }
    }

    /// Gives a finished node to the frame that waits for it.
    fn accept(&mut self, done: Done) -> Step {
        match self.frames.pop() {
            Some(Frame::Alias(id)) => {
                self.budget.close_alias(id);
                Ok(Some(done))
            }
            Some(Frame::List { children, mut items }) => {
                items.push(self.value(done));
                self.frames.push(Frame::List { children, items });
                Ok(None)
            }
            Some(Frame::Map { children, merge, half: Half::Key(id) }) => {
                let half = Half::Value(key(done)?, id);
                self.frames.push(Frame::Map { children, merge, half });
                self.enter(id)
            }
            Some(Frame::Map { children, merge, half: Half::Value(key, id) }) => {
                let value = self.value(done);
                self.set(key, value, self.nodes[id].line);
                self.frames.push(Frame::Map { children, merge, half: Half::None });
                Ok(None)
            }
            _ => unreachable!("only these frames wait for a value"),
        }
    }

    /// Goes on with the innermost frame, which waits for nothing.
    fn advance(&mut self) -> Step {
        match self.frames.last_mut().expect("the loop ends with the outermost frame") {
            Frame::List { children, items } => {
                if let Some(id) = children.next() {
                    return self.enter(*id);
                }
                let list = std::mem::take(items);
                self.frames.pop();
                Ok(Some(Done::Value(Value::List(list))))
            }
            Frame::Map { children, merge, half } => match children.next() {
                Some([key, value]) if is_merge_key(&self.nodes[*key]) => self.merge(*value),
                Some([key, value]) => {
                    *half = Half::Key(*value);
                    self.enter(*key)
                }
                _ => {
                    let merged = *merge;
                    self.frames.pop();
                    Ok(if merged { self.end_merge() } else { Some(self.end_map()) })
                }
            },
            Frame::Merges(children) => match children.next() {
                Some(id) => self.merge_map(*id),
                None => {
                    self.frames.pop();
                    Ok(None)
                }
            },
            Frame::Alias(_) => unreachable!("an alias waits for the node it names"),
        }
    }

    /// The value of a merge key is a map, an alias of one, or a list of such.
    fn merge(&mut self, id: NodeId) -> Step {
        if let NodeKind::Sequence(children) = &self.nodes[id].kind {
            self.frames.push(Frame::Merges(children.iter().rev()));
            return Ok(None);
        }
        self.merge_map(id)
    }

    fn merge_map(&mut self, id: NodeId) -> Step {
        let map = match &self.nodes[id].kind {
            NodeKind::Alias { target, .. } => &self.nodes[*target],
            _ => &self.nodes[id],
        };
        let NodeKind::Mapping(children) = &map.kind else {
            return Err(YamlError::new("map merge requires map or sequence of maps as the value"));
        };
        if let NodeKind::Alias { .. } = self.nodes[id].kind {
            self.budget.count_node()?;
            self.open_alias(id)?;
        }
        self.budget.count_node()?;
        self.push_map(children, true);
        Ok(None)
    }

    fn end_merge(&mut self) -> Option<Done> {
        if let Some(Frame::Alias(id)) = self.frames.pop_if(|frame| matches!(frame, Frame::Alias(_))) {
            self.budget.close_alias(id);
        }
        None
    }

    fn end_map(&mut self) -> Done {
        let target = self.targets.pop().expect("each map that is no merge has a target");
        match target.finish() {
            Ok(map) => Done::Value(Value::Map(map)),
            Err(text) => {
                self.bad_key.get_or_insert(text);
                Done::Value(Value::Null)
            }
        }
    }

    fn push_map(&mut self, children: &'t [NodeId], merge: bool) {
        self.frames.push(Frame::Map { children: children.chunks(2), merge, half: Half::None });
    }

    fn set(&mut self, key: Plain, value: Value, line: usize) {
        let target = self.targets.last_mut().expect("a map is being filled");
        if let Some(key) = target.set(key, value)
            && self.duplicates.len() < DUPLICATES_MAX
        {
            self.duplicates.push(format!("line {}: key {key} already set in map", line + 1));
        }
    }

    fn value(&mut self, done: Done) -> Value {
        match done {
            Done::Value(value) => value,
            Done::Scalar(scalar) => scalar_value(scalar).unwrap_or_else(|text| {
                self.bad_number.get_or_insert(text);
                Value::Null
            }),
        }
    }

    fn open_alias(&mut self, id: NodeId) -> Result<(), YamlError> {
        if !self.budget.open_alias(id) {
            let NodeKind::Alias { name, .. } = self.nodes[id].kind else {
                unreachable!("only alias nodes are opened as such")
            };
            return Err(YamlError::new(format_args!("anchor '{name}' value contains itself")));
        }
        self.frames.push(Frame::Alias(id));
        Ok(())
    }
}

fn is_merge_key(node: &Node<'_>) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if is_merge(scalar))
}

fn key(done: Done) -> Result<Plain, YamlError> {
    match done {
        Done::Scalar(scalar) => Ok(scalar),
        Done::Value(value) => {
            let shown = go_syntax::value(&value);
            Err(YamlError::new(format_args!("invalid map key: {shown}")))
        }
    }
}
