//! Who owns what, as `metadata.managedFields` has it: entries by manager, operation, version and subresource.

use super::{FieldSet, fields_v1};
use crate::object_meta::set_meta;
use crate::types::Struct;
use pintle_meta::field::go_quote;
use pintle_meta::{Map, Object, ObjectMut, Str, Value};

/// What identifies a manager. An applier is the same whatever version it applies in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manager {
    /// Its name.
    pub name: Str,
    /// Whether it applies; else it updates.
    pub applies: bool,
    /// The version it writes in; "" for appliers.
    pub api_version: Str,
    /// The subresource it writes through, or "".
    pub subresource: Str,
}

impl Manager {
    /// The same as one text, by which the reference sorts managers.
    pub(super) fn identifier(&self) -> String {
        let mut text = String::from("{");
        let operation = if self.applies { "Apply" } else { "Update" };
        for (key, value) in [
            ("manager", self.name.as_str()),
            ("operation", operation),
            ("apiVersion", &self.api_version),
            ("subresource", &self.subresource),
        ] {
            if !value.is_empty() {
                text.push_str(&format!(
                    "{}{key:?}:{}",
                    if text.len() > 1 { "," } else { "" },
                    go_quote(value)
                ));
            }
        }
        text.push('}');
        text
    }
}

/// What one manager owns.
#[derive(Clone, Debug, PartialEq)]
pub struct Owned {
    /// Its fields, in the form of `api_version`.
    pub fields: FieldSet,
    /// The version that the fields are of.
    pub api_version: Str,
    /// When it last took fields; "" when nobody knows.
    pub time: Str,
}

/// All managers of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Managers(pub Vec<(Manager, Owned)>);

/// What a client said about managers.
pub enum Said {
    /// Nothing.
    Nothing,
    /// That there shall be none: an empty list, or a list of one empty entry.
    Reset,
    /// These.
    These(Managers),
}

impl Managers {
    /// What `object` says.
    pub fn said_by(object: &Value) -> Said {
        let Some(list) = object.metadata().and_then(|meta| meta.get("managedFields")) else {
            return Said::Nothing;
        };
        let Some(entries) = list.as_list() else { return Said::Nothing };
        match &entries[..] {
            [] => Said::Reset,
            [one] if one.as_map().is_some_and(Map::is_empty) => Said::Reset,
            // Go's entries always have their two names, if only as empty texts that it does not print.
            _ => match entries.iter().map(read).collect::<Option<Vec<_>>>() {
                Some(managers) if !managers.is_empty() => Said::These(Managers(managers)),
                _ => Said::Nothing,
            },
        }
    }

    /// What a stored object says; unreadable entries count as none.
    pub fn of(object: &Value) -> Managers {
        match Managers::said_by(object) {
            Said::These(managers) => managers,
            Said::Nothing | Said::Reset => Managers::default(),
        }
    }

    /// What `manager` owns, for changing.
    pub fn get_mut(&mut self, manager: &Manager) -> Option<&mut Owned> {
        self.0.iter_mut().find(|(have, _)| have == manager).map(|(_, owned)| owned)
    }

    /// Whether both are the same, in whatever order.
    pub(super) fn is_same_as(&self, other: &Managers) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|manager| other.0.contains(manager))
    }

    /// Lets `object` of type `schema` say that these own what they own.
    pub fn write_to(&self, schema: &Struct, object: &mut Value) {
        match self.to_document() {
            Some(document) => set_meta(schema, object, "managedFields", document),
            None => drop(object.remove_meta("managedFields")),
        }
    }

    /// The entries as metadata holds them, sorted as the reference sorts them; `None` when there are none.
    pub fn to_document(&self) -> Option<Value> {
        if self.0.is_empty() {
            return None;
        }
        let key = |(manager, owned): &&(Manager, Owned)| {
            let (name, subresource) = (manager.name.clone(), manager.subresource.clone());
            (!manager.applies, owned.time.clone(), name, owned.api_version.clone(), subresource)
        };
        let mut sorted: Vec<&(Manager, Owned)> = self.0.iter().collect();
        sorted.sort_by_cached_key(key);
        Some(sorted.into_iter().map(|(manager, owned)| entry(manager, owned)).collect())
    }
}

fn entry(manager: &Manager, owned: &Owned) -> Value {
    let mut map = Map::new();
    let mut text = |key: &str, text: &str| {
        if !text.is_empty() {
            map.insert(key, text);
        }
    };
    text("manager", &manager.name);
    text("operation", if manager.applies { "Apply" } else { "Update" });
    text("apiVersion", &owned.api_version);
    text("time", &owned.time);
    text("fieldsType", "FieldsV1");
    map.insert("fieldsV1", fields_v1::to_document(&owned.fields));
    if !manager.subresource.is_empty() {
        map.insert("subresource", manager.subresource.clone());
    }
    Value::Map(map)
}

/// One entry; `None` when the reference would not read it.
fn read(entry: &Value) -> Option<(Manager, Owned)> {
    let text = |key: &str| Str::from(entry.text_at(&[key]));
    let applies = match entry.text_at(&["operation"]) {
        "Apply" => true,
        "Update" => false,
        _ => return None,
    };
    let api_version = text("apiVersion");
    if api_version.is_empty() || entry.text_at(&["fieldsType"]) != "FieldsV1" {
        return None;
    }
    let fields = match entry.get("fieldsV1") {
        Some(document) => fields_v1::from_document(document)?,
        None => FieldSet::new(),
    };
    let manager = Manager {
        name: text("manager"),
        applies,
        api_version: if applies { Str::new() } else { api_version.clone() },
        subresource: text("subresource"),
    };
    Some((manager, Owned { fields, api_version, time: text("time") }))
}
