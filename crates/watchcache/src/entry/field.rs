//! A field by whose value watchers are looked up, found in stored bytes by its path.

use pintle_meta::Str;

use super::{Entry, json, protobuf};

/// A selectable field of a resource that many watchers select by (`spec.nodeName` of pods), so that an object wakes
/// only those who want its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedField {
    /// As field selectors name it: `spec.nodeName`.
    pub name: Str,
    /// Members from the root of the object in its stored version.
    pub json: Vec<Str>,
    /// Field numbers from the object's message; empty for resources that are stored as JSON only. The field itself
    /// must be a string.
    pub protobuf: Vec<u32>,
}

impl IndexedField {
    /// The field's text in a stored object; "" when it is not there, as a field selector sees it.
    pub fn value(&self, entry: &Entry) -> Str {
        self.find(entry).unwrap_or_default()
    }

    fn find(&self, entry: &Entry) -> Option<Str> {
        let bytes = entry.value().ok()?;
        if !bytes.starts_with(protobuf::MAGIC) {
            return json::scalar(json::find(bytes, &self.json)?).map(|text| Str::from(text.as_ref()));
        }
        if self.protobuf.is_empty() {
            return None;
        }
        let found = protobuf::find(protobuf::enveloped(bytes)?, &self.protobuf)?;
        std::str::from_utf8(found).ok().map(Str::from)
    }
}
