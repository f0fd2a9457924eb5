//! The opaque form in which clients see the storage tier's count of changes.

/// What clients get to see of a revision: `metadata.resourceVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceVersion {
    /// Empty text: nothing was asked for.
    Unset,
    /// "0": whatever is at hand.
    Any,
    /// This revision of the storage tier.
    At(u64),
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
            Ok(number) => return Ok(ResourceVersion::At(number)),
        };
        Err(format!("strconv.ParseUint: parsing {text:?}: {problem}"))
    }
}
