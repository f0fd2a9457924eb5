//! One change of one object, as the ring holds it.

use std::sync::{Arc, OnceLock};

use pintle_meta::Str;
use pintle_storage::Revision;

use crate::entry::{Entry, IndexedField};

/// About what a change occupies besides the entries it alone keeps alive.
const OVERHEAD: usize = 128;

#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) revision: Revision,
    /// What the object became; `None`: it was deleted.
    pub(crate) current: Option<Arc<Entry>>,
    /// What it was; `None`: it was created.
    pub(crate) previous: Option<Arc<Entry>>,
    fields: OnceLock<Box<[FieldValues]>>,
}

/// The value of an indexed field before and after; `None` where there was or is no object.
#[derive(Debug)]
pub(crate) struct FieldValues {
    pub(crate) previous: Option<Str>,
    pub(crate) current: Option<Str>,
}

impl Change {
    pub(crate) fn new(
        revision: Revision,
        current: Option<Arc<Entry>>,
        previous: Option<Arc<Entry>>,
    ) -> Change {
        assert!(current.is_some() || previous.is_some(), "a change is of an object that is or was");
        Change { revision, current, previous, fields: OnceLock::new() }
    }

    /// The object as it is or last was: its key tells the namespace and the name.
    pub(crate) fn either(&self) -> &Arc<Entry> {
        self.current.as_ref().or(self.previous.as_ref()).expect("checked when it was made")
    }

    /// The values of all `indexed` fields (always the same ones for one change), found on first use.
    pub(crate) fn fields(&self, indexed: &[IndexedField]) -> &[FieldValues] {
        self.fields.get_or_init(|| {
            let of = |entry: &Option<Arc<Entry>>, field: &IndexedField| {
                entry.as_ref().map(|entry| field.value(entry))
            };
            let values = |field| FieldValues {
                previous: of(&self.previous, field),
                current: of(&self.current, field),
            };
            indexed.iter().map(values).collect()
        })
    }

    /// About the bytes that only this change keeps alive. What an object became is kept alive by the map, or else by
    /// the next change as what it was; in a lane that keeps no entries nobody else has either.
    pub(crate) fn size(&self, cached: bool) -> usize {
        let size = |entry: &Option<Arc<Entry>>| entry.as_ref().map_or(0, |entry| entry.size());
        OVERHEAD + size(&self.previous) + if cached { 0 } else { size(&self.current) }
    }
}
