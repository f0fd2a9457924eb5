//! The storage tier's count of changes, and its opaque form for clients.

use std::fmt;

/// A revision of the storage tier, counted as etcd counts: 1 is the empty store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub u64);

/// What clients get to see of a revision: `metadata.resourceVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceVersion {
    /// Empty text: nothing was asked for.
    Unset,
    /// "0": whatever is at hand.
    Any,
    /// A revision.
    At(Revision),
}

impl ResourceVersion {
    /// From a client's text.
    ///
    /// # Errors
    /// Go's message of an unparsable unsigned integer, which the reference passes on.
    pub fn parse(text: &str) -> Result<ResourceVersion, String> {
        if text.is_empty() {
            return Ok(ResourceVersion::Unset);
        }
        let problem = match text.parse::<u64>() {
            _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => "invalid syntax",
            Err(_) => "value out of range",
            Ok(0) => return Ok(ResourceVersion::Any),
            Ok(number) => return Ok(ResourceVersion::At(Revision(number))),
        };
        Err(format!("strconv.ParseUint: parsing {text:?}: {problem}"))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
