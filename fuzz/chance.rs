//! What targets work on: the objects of chance that the properties are told of, too.

#[path = "../tests/properties/documents.rs"]
#[allow(dead_code, reason = "made for more than one target")]
mod documents;
#[path = "../tests/properties/object.rs"]
#[allow(dead_code, reason = "made for more than one target")]
mod object;

pub(crate) use documents::Choices;
pub(crate) use object::Kind;

use pintle_meta::Value;

/// An object, and what is left of the bytes: the first one says how many of the others make the object.
#[allow(dead_code, reason = "made for more than one target")]
pub(crate) fn object(bytes: &[u8]) -> Option<(Kind, Value, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (chance, rest) = rest.split_at(usize::from(*length).min(rest.len()));
    let mut choices = Choices(chance);
    let kind = Kind::chosen(&mut choices);
    let live = kind.created(kind.document(&mut choices), "creator");
    Some((kind, live, rest))
}
