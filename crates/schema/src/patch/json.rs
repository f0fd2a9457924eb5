//! JSON patch: RFC 6902 with the deviations of the library the reference uses (evanphx/json-patch v4): a pointer
//! needs no leading slash, `replace` of a missing member adds it, a missing member and null are the same, negative
//! indexes count from the end.

use super::PatchError;
use pintle_meta::value::{parse, syntax_error, to_json};
use pintle_meta::{List, Map, Value};

/// The most operations in one patch.
const OPERATIONS_MAX: usize = 10_000;
/// The most bytes that all `copy` operations of a patch may add.
const COPIED_MAX: usize = 3 * 1024 * 1024;

/// A patch, parsed.
#[derive(Clone, Debug)]
pub struct Document(Vec<Operation>);

#[derive(Clone, Debug)]
struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    /// Null when absent.
    value: Value,
}

impl Document {
    /// Parses a patch.
    ///
    /// # Errors
    /// [`PatchError::Malformed`] for what is no list of operations, [`PatchError::TooLarge`] for too many.
    pub fn parse(bytes: &[u8]) -> Result<Document, PatchError> {
        let malformed = |text: String| PatchError::Malformed(format!("error decoding patch: {text}"));
        let document = parse(bytes)
            .map_err(|error| malformed(syntax_error(bytes).unwrap_or_else(|| error.to_string())))?;
        let list = match &document {
            Value::Null => return Ok(Document(Vec::new())),
            Value::List(list) => list,
            other => {
                let kind = other.json_kind();
                let text =
                    format!("json: cannot unmarshal {kind} into Go value of type []handlers.jsonPatchOp");
                return Err(malformed(text));
            }
        };
        if list.len() > OPERATIONS_MAX {
            let given = list.len();
            let text =
                format!("The allowed maximum operations in a JSON patch is {OPERATIONS_MAX}, got {given}");
            return Err(PatchError::TooLarge(text));
        }
        let operations: Result<Vec<Operation>, String> = list.iter().map(Operation::read).collect();
        operations.map(Document).map_err(malformed)
    }

    /// The document that the patch makes of `target`.
    ///
    /// # Errors
    /// [`PatchError::DoesNotApply`], and nothing is changed.
    pub fn apply(&self, target: &Value) -> Result<Value, PatchError> {
        let mut document = target.clone();
        let mut copied = 0;
        for operation in &self.0 {
            operation.apply(&mut document, &mut copied).map_err(|why| {
                PatchError::DoesNotApply(format!("{} operation does not apply: {why}", operation.op))
            })?;
        }
        Ok(document)
    }
}

impl Operation {
    fn read(item: &Value) -> Result<Operation, String> {
        let Value::Map(map) = item else {
            let kind = item.json_kind();
            return Err(format!("json: cannot unmarshal {kind} into Go value of type handlers.jsonPatchOp"));
        };
        let text = |key: &str| match map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.to_string())),
            Some(other) => Err(format!(
                "json: cannot unmarshal {} into Go struct field jsonPatchOp.{key} of type string",
                other.json_kind()
            )),
        };
        Ok(Operation {
            op: text("op")?.unwrap_or_default(),
            path: text("path")?,
            from: text("from")?,
            value: map.get("value").cloned().unwrap_or_default(),
        })
    }

    fn apply(&self, document: &mut Value, copied: &mut usize) -> Result<(), &'static str> {
        let path = self.path.as_deref().ok_or("it has no path")?;
        match self.op.as_str() {
            "add" => Place::find(document, path)?.add(self.value.clone()),
            "remove" => Place::find(document, path)?.remove().map(drop),
            "replace" if path.is_empty() => {
                let container = matches!(self.value, Value::Map(_) | Value::List(_));
                *document =
                    Some(&self.value).filter(|_| container).cloned().ok_or("a document is an object")?;
                Ok(())
            }
            "replace" => {
                let mut place = Place::find(document, path)?;
                place.get()?;
                place.set(self.value.clone())
            }
            "test" => match Place::find(document, path)?.get() {
                Ok(found) if found == self.value => Ok(()),
                _ => Err("the value is another"),
            },
            "move" => {
                let from = self.from.as_deref().ok_or("it has no from")?;
                let value = Place::find(document, from)?.take()?;
                Place::find(document, path)?.add(value)
            }
            "copy" => {
                let from = self.from.as_deref().ok_or("it has no from")?;
                let value = Place::find(document, from)?.get()?;
                *copied += to_json(&value).len();
                if *copied > COPIED_MAX {
                    return Err("its copies are too large");
                }
                Place::find(document, path)?.add(value)
            }
            _ => Err("nobody knows it"),
        }
    }
}

/// A member of a container that is there; the member itself need not be.
enum Place<'a> {
    Member(&'a mut Map, String),
    Item(&'a mut List, String),
}

impl<'a> Place<'a> {
    fn find(document: &'a mut Value, path: &str) -> Result<Place<'a>, &'static str> {
        const MISSING: &str = "a part of the path is missing";
        let (parents, key) = path.rsplit_once('/').ok_or(MISSING)?;
        let mut value = document;
        // Whatever stands before the first slash is not looked at.
        for part in parents.split('/').skip(1) {
            value = match value {
                Value::Map(map) => {
                    // The reference prints what a patch touched as maps, by key; errors show it.
                    map.sort();
                    map.get_mut(&unescape(part)).ok_or(MISSING)?
                }
                Value::List(list) => {
                    let at = index(part, list.len())?;
                    list.get_mut(at).ok_or(MISSING)?
                }
                _ => return Err(MISSING),
            };
        }
        match value {
            Value::Map(map) => {
                map.sort();
                Ok(Place::Member(map, unescape(key)))
            }
            Value::List(list) => Ok(Place::Item(list, key.to_owned())),
            _ => Err(MISSING),
        }
    }

    /// What is there; null for a missing member.
    fn get(&self) -> Result<Value, &'static str> {
        match self {
            Place::Member(map, key) => Ok(map.get(key).cloned().unwrap_or_default()),
            Place::Item(list, key) => Ok(list[index(key, list.len())?].clone()),
        }
    }

    fn take(mut self) -> Result<Value, &'static str> {
        self.remove()
    }

    fn remove(&mut self) -> Result<Value, &'static str> {
        match self {
            Place::Member(map, key) => map.remove(key).ok_or("there is nothing to remove"),
            Place::Item(list, key) => {
                let at = index(key, list.len())?;
                Ok(list.remove(at))
            }
        }
    }

    fn set(&mut self, value: Value) -> Result<(), &'static str> {
        match self {
            Place::Member(map, key) => drop(map.insert(key.as_str(), value)),
            Place::Item(list, key) => {
                let at = index(key, list.len())?;
                list.make_mut()[at] = value;
            }
        }
        Ok(())
    }

    fn add(self, value: Value) -> Result<(), &'static str> {
        match self {
            Place::Member(map, key) => drop(map.insert(key, value)),
            Place::Item(list, key) if key == "-" => list.push(value),
            Place::Item(list, key) => {
                let at = index(&key, list.len() + 1)?;
                list.insert(at, value);
            }
        }
        Ok(())
    }
}

/// An index into a list of `length`; negative ones count from the end.
fn index(text: &str, length: usize) -> Result<usize, &'static str> {
    let number: i64 = text.parse().map_err(|_| "that is no index")?;
    let at = if number < 0 { number + i64::try_from(length).unwrap_or(i64::MAX) } else { number };
    usize::try_from(at).ok().filter(|at| *at < length).ok_or("the index is out of bounds")
}

/// RFC 6901: `~1` is a slash, `~0` a tilde; read in one pass.
fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(target: &str, patch: &str) -> Result<String, PatchError> {
        let document = Document::parse(patch.as_bytes())?;
        let made = document.apply(&parse(target.as_bytes()).unwrap())?;
        Ok(String::from_utf8(to_json(&made)).unwrap())
    }

    #[test]
    fn operations_change_what_they_name() {
        for (target, patch, want) in [
            (r#"{"a":1}"#, r#"[{"op":"add","path":"/b","value":2}]"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":1}"#, r#"[{"op":"add","path":"data/x","value":2}]"#, r#"{"a":1,"x":2}"#),
            (
                r#"{"a":[1,2]}"#,
                r#"[{"op":"add","path":"/a/-","value":3},{"op":"add","path":"/a/0","value":0}]"#,
                r#"{"a":[0,1,2,3]}"#,
            ),
            (r#"{"a":[1,2]}"#, r#"[{"op":"remove","path":"/a/-1"}]"#, r#"{"a":[1]}"#),
            (r#"{"a":[1,2]}"#, r#"[{"op":"add","path":"/a/-1","value":9}]"#, r#"{"a":[1,2,9]}"#),
            (r#"{"a":[1,2]}"#, r#"[{"op":"replace","path":"/a/01","value":9}]"#, r#"{"a":[1,9]}"#),
            (r#"{"a":{}}"#, r#"[{"op":"replace","path":"/a/b","value":1}]"#, r#"{"a":{"b":1}}"#),
            (r#"{"a":1}"#, r#"[{"op":"test","path":"/b","value":null}]"#, r#"{"a":1}"#),
            (r#"{"a":1}"#, r#"[{"op":"copy","from":"/b","path":"/c"}]"#, r#"{"a":1,"c":null}"#),
            (r#"{"a/b":{"~":1}}"#, r#"[{"op":"move","from":"/a~1b/~0","path":"/x"}]"#, r#"{"a/b":{},"x":1}"#),
            (r#"{"a":1}"#, r#"[{"op":"replace","path":"","value":{"b":1}}]"#, r#"{"b":1}"#),
        ] {
            assert_eq!(patched(target, patch).as_deref(), Ok(want), "{patch}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for patch in [
            r#"[{"op":"remove","path":"/b"}]"#,
            r#"[{"op":"remove","path":""}]"#,
            r#"[{"op":"add","path":"/x/y","value":1}]"#,
            r#"[{"op":"add","path":"/a/9","value":1}]"#,
            r#"[{"op":"replace","path":"/a/-","value":1}]"#,
            r#"[{"op":"test","path":"/a/0","value":2}]"#,
            r#"[{"op":"frobnicate","path":"/a"}]"#,
            r#"[{"op":"add","value":1}]"#,
            r#"[{"op":"move","path":"/a"}]"#,
        ] {
            let error = patched(r#"{"a":[1]}"#, patch).unwrap_err();
            assert!(matches!(error, PatchError::DoesNotApply(_)), "{patch}: {error}");
        }
        assert_eq!(
            patched("{}", "{}").unwrap_err().to_string(),
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
        );
        let many = format!("[{}]", vec![r#"{"op":"test","path":"/a"}"#; OPERATIONS_MAX + 1].join(","));
        assert!(matches!(patched("{}", &many), Err(PatchError::TooLarge(_))));
    }

    #[test]
    fn copies_cannot_grow_without_bound() {
        let grow = r#"{"op":"copy","from":"/a","path":"/a/-"}"#;
        let patch = format!("[{}]", vec![grow; 60].join(","));
        assert!(matches!(patched(r#"{"a":["xxxxxxxx"]}"#, &patch), Err(PatchError::DoesNotApply(_))));
    }
}
