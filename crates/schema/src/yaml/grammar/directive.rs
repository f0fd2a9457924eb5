//! What `%YAML` and `%TAG` lines say, and what tags mean under them.

use super::{Grammar, TokenKind};
use crate::yaml::YamlError;
use std::collections::HashMap;

/// The directives of one document.
#[derive(Debug, Default)]
pub(super) struct Directives {
    prefixes: HashMap<String, String>,
}

impl Directives {
    /// The tag that a handle and a suffix stand for; `None` for a handle that nobody introduced.
    pub(super) fn resolve(&self, handle: &str, suffix: &str) -> Option<Box<str>> {
        let prefix = match (self.prefixes.get(handle), handle) {
            (Some(prefix), _) => prefix,
            (None, "" | "!") => handle,
            (None, "!!") => "tag:yaml.org,2002:",
            (None, _) => return None,
        };
        Some(format!("{prefix}{suffix}").into_boxed_str())
    }
}

impl Grammar<'_> {
    /// Reads the directives before a document.
    pub(super) fn read_directives(&mut self) -> Result<(), YamlError> {
        let mut versioned = false;
        loop {
            let line = self.line()?;
            match self.peek()? {
                TokenKind::VersionDirective { .. } if versioned => {
                    return Err(YamlError::grammar(line, "found duplicate %YAML directive"));
                }
                TokenKind::VersionDirective { major: 1, minor: 1 } => versioned = true,
                TokenKind::VersionDirective { .. } => {
                    return Err(YamlError::grammar(line, "found incompatible YAML document"));
                }
                TokenKind::TagDirective { handle, prefix } => {
                    let (handle, prefix) = (handle.to_string(), prefix.to_string());
                    if self.directives.prefixes.insert(handle, prefix).is_some() {
                        return Err(YamlError::grammar(line, "found duplicate %TAG directive"));
                    }
                }
                _ => return Ok(()),
            }
            self.scanner.take()?;
        }
    }
}
