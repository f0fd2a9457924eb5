//! The rules of reading and printing, in tables; what the reference answers was taken from go-yaml v2's own
//! rules and from recorded conversations.

mod bounds;
mod emitting;
mod errors;
mod reading;
mod scalars;

use super::*;
use pintle_meta::value::to_json;

/// What `text` says, as JSON, or why it can't be read.
fn json(text: impl AsRef<[u8]>) -> String {
    match parse(text.as_ref()) {
        Ok(parsed) => String::from_utf8(to_json(&parsed.value)).unwrap(),
        Err(error) => error.to_string(),
    }
}
