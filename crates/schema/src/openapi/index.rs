//! The index of version 3's documents, and the addresses it holds.

use pintle_meta::value::to_json;
use pintle_meta::{Map, Str, Value};

/// The document at `/openapi/v3`: where each document is, with the hash of its content.
///
/// `documents` are names with hashes, sorted by name. A hash is the upper-case hexadecimal SHA-512 of the
/// document's JSON; its protobuf form has the same one.
pub fn v3_index<'a>(documents: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let entry =
        |(name, hash)| (Str::from(name), Value::from([("serverRelativeURL", v3_address(name, hash).into())]));
    let mut paths: Map = documents.into_iter().map(entry).collect();
    paths.sort();
    to_json(&Value::from([("paths", Value::Map(paths))]))
}

/// Where a document is, for good: `/openapi/v3/apis/apps/v1?hash=...`
pub fn v3_address(name: &str, hash: &str) -> String {
    format!("/openapi/v3/{name}?hash={hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_says_where_documents_are() {
        let index = String::from_utf8(v3_index([("api/v1", "AB"), ("apis", "CD")])).unwrap();
        let wanted = concat!(
            r#"{"paths":{"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=AB"},"#,
            r#""apis":{"serverRelativeURL":"/openapi/v3/apis?hash=CD"}}}"#
        );
        assert_eq!(index, wanted);
    }
}
