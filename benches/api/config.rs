//! The Pod as its manager wants it: about 2 KB, which becomes about 4 KB with defaults and owners.

/// JSON, as clients send it.
pub(crate) const CONFIG: &str = include_str!("pod.json").trim_ascii_end();
