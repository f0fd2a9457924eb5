//! What must hold of an object and its owners.

use pintle_meta::Value;
use pintle_schema::Struct;
use pintle_schema::ownership::{Element, FieldSet, Managers};

/// Members that nobody owns.
const UNOWNED: [&str; 8] = [
    "apiVersion",
    "kind",
    "metadata",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.resourceVersion",
    "metadata.creationTimestamp",
];

/// Every owned path that leads nowhere.
pub(crate) fn owned_but_absent(schema: &Struct, object: &Value) -> Vec<String> {
    let there = pintle_schema::ownership::fields_of(schema, object);
    let mut absent = Vec::new();
    for (manager, owned) in &Managers::of(object).0 {
        owned.fields.each_path(&mut |path| {
            if !leads_somewhere(&there, object, path) {
                absent.push(format!("{} owns {}, which is not there", manager.name, text(path)));
            }
        });
    }
    absent
}

/// Every path that `sent` sets, and that came to be in `object`, but `manager` does not own. What stands in an object
/// of which nothing was said was never set by anybody.
pub(crate) fn set_but_not_owned(
    schema: &Struct,
    sent: &Value,
    object: &Value,
    manager: &str,
    cannot_change: &FieldSet,
) -> Vec<String> {
    let set = pintle_schema::ownership::fields_of(schema, sent);
    let set = set.difference(&FieldSet::of_names(UNOWNED)).without_below(cannot_change);
    let untouched = pintle_schema::decode::zero(schema);
    let mut missing = Vec::new();
    set.each_path(&mut |path| {
        let value = value_at(object, path);
        if value.is_some() && value != value_at(&untouched, path) && !owns(object, manager, path) {
            missing.push(format!("{manager} set {} and does not own it", text(path)));
        }
    });
    missing
}

/// Whether `manager` owns the field at the end of `path`.
pub(crate) fn owns(object: &Value, manager: &str, path: &[Element]) -> bool {
    Managers::of(object).0.iter().any(|(found, owned)| found.name == manager && owned.fields.contains(path))
}

/// A list's item is found by what it is known by, defaults of its keys included: the fields of the object know.
fn leads_somewhere(there: &FieldSet, object: &Value, path: &[Element]) -> bool {
    there.contains(path) || value_at(object, path).is_some()
}

pub(crate) fn value_at<'a>(object: &'a Value, path: &[Element]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, element| match element {
        Element::Field(name) => value.get(name),
        Element::Key(fields) => value.as_list()?.iter().find(|item| {
            fields.iter().all(|(name, wanted)| item.get(name).is_none_or(|found| found == wanted))
        }),
        Element::Value(wanted) => value.as_list()?.iter().find(|item| *item == wanted),
        Element::Index(index) => value.as_list()?.get(usize::try_from(*index).ok()?),
    })
}

fn text(path: &[Element]) -> String {
    path.iter().map(ToString::to_string).collect()
}
