//! Keys by the value of indexed fields, so that who asks for the pods of a node looks at those alone. Persistent, like the
//! map it belongs to.

use std::sync::Arc;

use imbl::{HashMap, OrdSet};
use pintle_meta::Str;

use crate::entry::{Entry, IndexedField};

/// For each indexed field the keys of the entries with each value.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    fields: Arc<[IndexedField]>,
    /// As many as there are fields.
    keys: Vec<HashMap<Str, OrdSet<Arc<[u8]>>>>,
}

impl Index {
    pub(super) fn new(fields: Arc<[IndexedField]>) -> Index {
        Index { keys: vec![HashMap::new(); fields.len()], fields }
    }

    pub(super) fn fields(&self) -> &Arc<[IndexedField]> {
        &self.fields
    }

    /// The entry of a key was one thing and is another now.
    pub(super) fn replace(&mut self, before: Option<&Entry>, after: Option<&Entry>) {
        for (field, keys) in self.fields.iter().zip(&mut self.keys) {
            let (was, is) = (before.map(|entry| field.value(entry)), after.map(|entry| field.value(entry)));
            if was == is {
                continue;
            }
            if let Some((value, entry)) = was.zip(before) {
                remove(keys, &value, entry.key());
            }
            if let Some((value, entry)) = is.zip(after) {
                keys.entry(value).or_default().insert(Arc::clone(entry.shared_key()));
            }
        }
    }

    /// The keys with this value in the field at `place`.
    pub(super) fn keys(&self, place: usize, value: &Str) -> Option<&OrdSet<Arc<[u8]>>> {
        self.keys.get(place)?.get(value)
    }
}

fn remove(keys: &mut HashMap<Str, OrdSet<Arc<[u8]>>>, value: &Str, key: &[u8]) {
    let Some(with_value) = keys.get_mut(value) else { return };
    with_value.remove(key);
    if with_value.is_empty() {
        keys.remove(value);
    }
}
