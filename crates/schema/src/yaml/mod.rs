//! YAML bodies to values and values to YAML, as sigs.k8s.io/yaml does it over go-yaml v2 (YAML 1.1).
//!
//! `bytes -> text -> scan (tokens) -> grammar (events) -> tree (nodes, anchors) -> build (Value)`
//!
//! The reader is ours: what a stranger's manifest means, and how it is refused, must be the reference's to
//! the letter. No stage recurses; depth, aliases and expanded text are bounded. Only the first document counts.

mod budget;
mod build;
mod emit;
mod error;
mod flow_json;
mod go_syntax;
mod grammar;
mod number;
mod resolve;
mod scan;
mod target;
mod text;
mod timestamp;
mod tree;

pub use emit::emit;
pub use error::YamlError;

use pintle_meta::Value;

/// The first document of a body.
#[derive(Debug)]
pub struct Parsed {
    /// What the document says; maps are sorted by key, as they are after the reference's detour through JSON.
    pub value: Value,
    /// What a strict reader would have refused: `line 4: key "a" already set in map`, in the order found, at
    /// most 1,000.
    pub duplicates: Vec<String>,
}

/// Reads the first document of `bytes`; an empty body is null. Of equal keys the last wins.
///
/// # Errors
/// [`YamlError`] in the reference's words.
pub fn parse(bytes: &[u8]) -> Result<Parsed, YamlError> {
    match flow_json::read(bytes) {
        Some(value) => Ok(Parsed { value, duplicates: Vec::new() }),
        None => by_stages(bytes),
    }
}

fn by_stages(bytes: &[u8]) -> Result<Parsed, YamlError> {
    let text = text::read(bytes);
    let tree = tree::compose(&text)?;
    build::build(&tree)
}

#[cfg(test)]
mod tests;
