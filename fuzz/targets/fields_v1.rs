//! Whatever stands in managed fields is read or refused, and what is read is written the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Map, Value};
use pintle_schema::ownership::{FieldSet, Managers, fields_v1};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = parse(bytes) else { return };
    // As a client may say it: all of it is read, or nothing is.
    let mut metadata = Map::new();
    metadata.insert("managedFields", document.clone());
    let mut object = Map::new();
    object.insert("metadata", Value::Map(metadata));
    let managers = Managers::of(&Value::Map(object));
    if let Some(written) = managers.to_document() {
        assert!(written.as_list().is_some_and(|entries| entries.len() == managers.0.len()));
    }
    let Some(set) = fields_v1::from_document(&document) else { return };
    let written = to_json(&fields_v1::to_document(&set));
    let again = fields_v1::from_document(&parse(&written).expect("it was written")).expect("it was a set");
    assert_eq!(again, set);
    assert_eq!(set.clone().union(set.clone()), set);
    assert_eq!(set.intersection(&set), set);
    assert!(set.clone().difference(&set).is_empty() && set.is_within(&set));
    let mut paths = FieldSet::new();
    set.each_path(&mut |path| paths.insert(path));
    assert_eq!(paths, set);
});
