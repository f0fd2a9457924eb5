//! Reading and writing the metadata every object has.

use crate::group::{GroupVersion, GroupVersionKind};
use crate::value::{List, Map, Str, Value};

/// Reads the members that every object has. Absent members read as Go's zero values.
pub trait Object {
    /// The document itself.
    fn document(&self) -> &Value;

    /// `metadata`, when it is a map.
    fn metadata(&self) -> Option<&Map> {
        self.document().get("metadata")?.as_map()
    }

    /// `apiVersion`.
    fn api_version(&self) -> &str {
        self.document().text_at(&["apiVersion"])
    }

    /// `kind`.
    fn kind(&self) -> &str {
        self.document().text_at(&["kind"])
    }

    /// `apiVersion` and `kind`; `None` when `apiVersion` has more than one slash.
    fn group_version_kind(&self) -> Option<GroupVersionKind> {
        Some(GroupVersion::parse(self.api_version()).ok()?.with_kind(self.kind()))
    }

    /// A text of `metadata`.
    fn meta_text(&self, key: &str) -> &str {
        self.metadata().and_then(|meta| meta.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    /// `metadata.name`.
    fn name(&self) -> &str {
        self.meta_text("name")
    }

    /// `metadata.generateName`.
    fn generate_name(&self) -> &str {
        self.meta_text("generateName")
    }

    /// `metadata.namespace`.
    fn namespace(&self) -> &str {
        self.meta_text("namespace")
    }

    /// `metadata.uid`.
    fn uid(&self) -> &str {
        self.meta_text("uid")
    }

    /// `metadata.resourceVersion`.
    fn resource_version(&self) -> &str {
        self.meta_text("resourceVersion")
    }

    /// `metadata.generation`.
    fn generation(&self) -> i64 {
        self.metadata().and_then(|meta| meta.get("generation")).and_then(Value::as_int).unwrap_or_default()
    }

    /// `metadata.deletionTimestamp`, when set.
    fn deletion_timestamp(&self) -> Option<&str> {
        Some(self.meta_text("deletionTimestamp")).filter(|time| !time.is_empty())
    }

    /// `metadata.deletionGracePeriodSeconds`, when set.
    fn deletion_grace_period_seconds(&self) -> Option<i64> {
        self.metadata()?.get("deletionGracePeriodSeconds")?.as_int()
    }

    /// `metadata.labels`, when there are any.
    fn labels(&self) -> Option<&Map> {
        self.metadata()?.get("labels")?.as_map()
    }

    /// `metadata.annotations`, when there are any.
    fn annotations(&self) -> Option<&Map> {
        self.metadata()?.get("annotations")?.as_map()
    }

    /// `metadata.finalizers`.
    fn finalizers(&self) -> impl Iterator<Item = &str> {
        self.meta_list("finalizers").iter().filter_map(Value::as_str)
    }

    /// `metadata.ownerReferences`.
    fn owner_references(&self) -> &[Value] {
        self.meta_list("ownerReferences")
    }

    /// A list of `metadata`; empty when absent.
    fn meta_list(&self, key: &str) -> &[Value] {
        self.metadata().and_then(|meta| meta.get(key)).and_then(Value::as_list).map_or(&[], |list| list)
    }
}

impl Object for Value {
    fn document(&self) -> &Value {
        self
    }
}

/// Writes the members that every object has.
pub trait ObjectMut: Object {
    /// The document itself, for editing.
    fn document_mut(&mut self) -> &mut Value;

    /// Sets a member of `metadata`, making `metadata` when it is absent. Does nothing when `metadata` is
    /// neither a map nor null; decoding refuses such documents.
    fn set_meta(&mut self, key: &str, value: impl Into<Value>) {
        if let Some(place) = self.document_mut().place(&["metadata", key]) {
            *place = value.into();
        }
    }

    /// Removes a member of `metadata` and returns it.
    fn remove_meta(&mut self, key: &str) -> Option<Value> {
        self.document_mut().take_at(&["metadata", key])
    }

    /// Sets `kind` and `apiVersion`, which come first.
    fn set_group_version_kind(&mut self, gvk: &GroupVersionKind) {
        let Some(map) = self.document_mut().as_map_mut() else { return };
        let group_version = Str::from(gvk.group_version().to_string());
        for (at, key, text) in [(0, "kind", gvk.kind.clone()), (1, "apiVersion", group_version)] {
            match map.get_mut(key) {
                Some(place) => *place = Value::String(text),
                None => map.insert_at(at.min(map.len()), key.into(), Value::String(text)),
            }
        }
    }

    /// Sets `metadata.finalizers`, or removes it when there are none.
    fn set_finalizers<'a>(&mut self, finalizers: impl IntoIterator<Item = &'a str>) {
        let list: List = finalizers.into_iter().map(Value::from).collect();
        if list.is_empty() {
            self.remove_meta("finalizers");
        } else {
            self.set_meta("finalizers", list);
        }
    }
}

impl ObjectMut for Value {
    fn document_mut(&mut self) -> &mut Value {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse;

    #[test]
    fn absent_members_read_as_zero() {
        let object = parse(br#"{"kind":"Pod","apiVersion":"v1"}"#).unwrap();
        assert_eq!((object.name(), object.generation(), object.finalizers().count()), ("", 0, 0));
        assert_eq!(object.group_version_kind().unwrap().to_string(), "/v1, Kind=Pod");
    }

    #[test]
    fn metadata_is_made_when_it_is_set() {
        let mut object = Value::map();
        object.set_meta("name", "a");
        object.set_finalizers(["x/y"]);
        assert_eq!(object.name(), "a");
        assert_eq!(object.finalizers().collect::<Vec<_>>(), ["x/y"]);
        object.set_finalizers([]);
        assert!(!object.metadata().unwrap().contains_key("finalizers"));
    }
}
