//! Why a body is no YAML: go-yaml's sentences and its way of counting lines.

/// A body that can't be read; the text is what the reference answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct YamlError(String);

impl YamlError {
    /// A fault that has no place.
    pub(super) fn new(problem: impl std::fmt::Display) -> YamlError {
        YamlError(format!("yaml: {problem}"))
    }

    /// A fault of the step from YAML to JSON, which go-yaml has no part in.
    pub(super) fn json(text: String) -> YamlError {
        YamlError(text)
    }

    /// A fault found while scanning, at `line` counted from 0. The first line is never named.
    pub(super) fn scanner(line: usize, problem: impl std::fmt::Display) -> YamlError {
        if line == 0 {
            YamlError::new(problem)
        } else {
            YamlError(format!("yaml: line {}: {problem}", line + 1))
        }
    }

    /// A fault of the grammar. go-yaml names the line before the one it means.
    pub(super) fn grammar(line: usize, problem: &str) -> YamlError {
        if line == 0 { YamlError::new(problem) } else { YamlError(format!("yaml: line {line}: {problem}")) }
    }

    /// More than an honest document needs.
    pub(super) fn too_deep() -> YamlError {
        YamlError::new(format_args!("exceeded max depth of {}", pintle_meta::value::DEPTH_MAX))
    }
}
