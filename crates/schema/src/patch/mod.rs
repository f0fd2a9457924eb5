//! The three older patches (the fourth, apply, belongs to field ownership): pure functions from a document and a
//! patch to a document.

mod error;
pub mod json;
pub mod merge;
pub mod strategic;
pub mod strict;

pub use error::PatchError;

use pintle_meta::value::{parse, syntax_error};
use pintle_meta::{Map, Value};

/// Parses a patch that must be a JSON object or null; errors as Go's decoder words them.
fn parse_object(bytes: &[u8]) -> Result<Option<Map>, String> {
    let document = parse(bytes).map_err(|error| syntax_error(bytes).unwrap_or_else(|| error.to_string()))?;
    match document {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(format!(
            "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            other.json_kind()
        )),
    }
}
