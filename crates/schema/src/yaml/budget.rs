//! What aliases may cost. A few lines can stand for millions of nodes, so two things are bounded: the ratio of
//! nodes that are read through aliases, by go-yaml's rule, and the text that they repeat, by our own.

use super::YamlError;
use super::tree::NodeId;
use std::collections::HashSet;

/// The most text, in bytes, that aliases may repeat.
const REPEATED_MAX: usize = 16 << 20;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// The alias nodes being read.
    aliases: HashSet<NodeId>,
    /// All nodes read, and those of them that were read through an alias.
    reads: usize,
    alias_reads: usize,
    /// Bytes of text read through aliases.
    repeated: usize,
}

impl Budget {
    /// Counts a node.
    pub(super) fn count_node(&mut self) -> Result<(), YamlError> {
        self.reads += 1;
        if self.aliases.is_empty() {
            return Ok(());
        }
        self.alias_reads += 1;
        let ratio = self.alias_reads as f64 / self.reads as f64;
        if self.alias_reads > 100 && self.reads > 1_000 && ratio > allowed_ratio(self.reads) {
            return Err(excessive());
        }
        Ok(())
    }

    /// Counts the text of a scalar.
    pub(super) fn count_text(&mut self, bytes: usize) -> Result<(), YamlError> {
        if !self.aliases.is_empty() {
            self.repeated += bytes;
        }
        if self.repeated > REPEATED_MAX { Err(excessive()) } else { Ok(()) }
    }

    /// From here on nodes are read through the alias `id`; false if they are already.
    pub(super) fn open_alias(&mut self, id: NodeId) -> bool {
        self.aliases.insert(id)
    }

    /// The node that the alias `id` names was read.
    pub(super) fn close_alias(&mut self, id: NodeId) {
        self.aliases.remove(&id);
    }
}

/// How large a part of `reads` may come from aliases: 99 % of a small document, 10 % of a huge one.
fn allowed_ratio(reads: usize) -> f64 {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    let over = (reads as f64 - LOW) / (HIGH - LOW);
    0.99 - 0.89 * over.clamp(0.0, 1.0)
}

fn excessive() -> YamlError {
    YamlError::new("document contains excessive aliasing")
}
