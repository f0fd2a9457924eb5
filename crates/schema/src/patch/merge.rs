//! JSON merge patch: RFC 7396.

use super::{PatchError, parse_object};
use pintle_meta::{Map, Str, Value};

/// Parses a patch.
///
/// # Errors
/// [`PatchError::Malformed`] for what is no JSON object.
pub fn parse(bytes: &[u8]) -> Result<Value, PatchError> {
    match parse_object(bytes) {
        Ok(Some(map)) => Ok(Value::Map(map)),
        Ok(None) => Err(PatchError::Malformed("Invalid JSON Patch".to_owned())),
        Err(text) => Err(PatchError::Malformed(format!("error decoding patch: {text}"))),
    }
}

/// The document that `patch` makes of `target`.
///
/// # Errors
/// None for a patch that [`parse`] let through.
pub fn apply(target: &Value, patch: &Value) -> Result<Value, PatchError> {
    Ok(merged(target, patch))
}

fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Map(patch) = patch else { return patch.clone() };
    let mut map = target.as_map().cloned().unwrap_or_default();
    let mut added: Vec<(Str, Value)> = Vec::new();
    for (key, change) in patch.iter() {
        match (change, map.get_mut(key)) {
            (Value::Null, _) => drop(map.remove(key)),
            (change, Some(place)) => *place = merged(place, change),
            (change, None) => added.push((key.clone(), without_nulls(change))),
        }
    }
    extend(&mut map, added);
    // The reference prints what a patch touched as maps, by key; errors show it.
    map.sort();
    Value::Map(map)
}

/// What a patch makes of nothing: its own members but those that are null.
fn without_nulls(patch: &Value) -> Value {
    merged(&Value::Null, patch)
}

fn extend(map: &mut Map, added: Vec<(Str, Value)>) {
    if !added.is_empty() {
        map.extend(added);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::to_json;

    #[test]
    fn members_merge_and_nulls_delete() {
        for (target, patch, want) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let target = pintle_meta::value::parse(target.as_bytes()).unwrap();
            let made = apply(&target, &parse(patch.as_bytes()).unwrap()).unwrap();
            assert_eq!(to_json(&made), want.as_bytes(), "{patch}");
        }
        assert_eq!(parse(b"null").unwrap_err().to_string(), "Invalid JSON Patch");
    }

    #[test]
    fn many_new_members_cost_little() {
        let members: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":1")).collect();
        let patch = parse(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
        assert_eq!(apply(&Value::map(), &patch).unwrap().as_map().unwrap().len(), 100_000);
    }
}
