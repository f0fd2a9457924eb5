//! Every published fixture (each field of each kind filled) is read strictly, and nothing is lost.

mod shared;

use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Object, Value};
use pintle_schema::decode;

#[test]
fn fixtures_are_known_to_the_last_field() {
    let Some(facts) = shared::facts() else { return };
    let (mut read, mut problems) = (0, Vec::new());
    for file in std::fs::read_dir(facts.join("roundtrip")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let document = parse(&bytes).unwrap();
        let kind = document.group_version_kind().unwrap();
        let Some(schema) = catalog().kind(&kind) else {
            continue;
        };
        read += 1;
        match decode::json(&bytes, schema) {
            Ok(decoded) => {
                problems.extend(decoded.strict.iter().map(|finding| format!("{name}: {finding}")));
                if let Some(path) = lost(&document, &decoded.value, "") {
                    problems.push(format!("{name}: lost {path}"));
                }
                let again = decode::json(&to_json(&decoded.value), schema).unwrap().value;
                if again != decoded.value {
                    problems.push(format!("{name}: normal form is not stable"));
                }
            }
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(read > 90, "only {read} fixtures are of a known kind");
}

/// The first member of `before` that `after` does not have as it was.
fn lost(before: &Value, after: &Value, path: &str) -> Option<String> {
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => old.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match new.get(key) {
                Some(now) => lost(value, now, &path),
                None if value.is_null() => None,
                None => Some(path),
            }
        }),
        (Value::List(old), Value::List(new)) if old.len() == new.len() => {
            (0..old.len()).find_map(|at| lost(&old[at], &new[at], &format!("{path}[{at}]")))
        }
        (old, new) if old == new => None,
        (Value::Float(old), Value::Int(new)) if *old == *new as f64 => None,
        (Value::Int(old), Value::Float(new)) if *new == *old as f64 => None,
        (old, new) => Some(format!("{path}: {old:?} became {new:?}")),
    }
}
