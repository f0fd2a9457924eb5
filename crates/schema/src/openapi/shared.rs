//! Parameters of version 2 that are said once: each is named after a hash of its JSON, as the reference does,
//! so that documents of several servers can be merged.

use super::document::single;
use pintle_meta::base64;
use pintle_meta::value::to_json;
use pintle_meta::{Map, Str, Value};
use std::collections::{BTreeMap, HashMap};

/// Shared parameters so far.
#[derive(Default)]
pub(super) struct Shared {
    by_name: BTreeMap<Str, Value>,
    by_json: HashMap<Vec<u8>, Value>,
}

impl Shared {
    /// What stands in the place of `parameter`: a reference, or itself when it is one of few.
    pub(super) fn reference(&mut self, parameter: Value) -> Value {
        if stays(&parameter) {
            return parameter;
        }
        let json = to_json(&parameter);
        if let Some(reference) = self.by_json.get(&json) {
            return reference.clone();
        }
        let plain = parameter.text_at(&["name"]);
        let mut name = format!("{plain}-{}", hash(&json));
        let mut turn = 0;
        while self.by_name.contains_key(name.as_str()) {
            turn += 1;
            name = format!("{plain}-{turn}");
        }
        let reference = single("$ref", format!("#/parameters/{name}"));
        self.by_json.insert(json, reference.clone());
        self.by_name.insert(Str::from(name), parameter);
        reference
    }

    /// All of them, sorted by name.
    pub(super) fn finish(self) -> Map {
        self.by_name.into_iter().collect()
    }
}

/// Names and bodies belong to one kind. Older clients look for `dryRun` and `fieldValidation` in the operation
/// itself to learn what the server can do.
fn stays(parameter: &Value) -> bool {
    match (parameter.text_at(&["in"]), parameter.text_at(&["name"])) {
        (_, "name") | ("query", "dryRun" | "fieldValidation") => true,
        ("body", _) => {
            !parameter.text_at(&["schema", "$ref"]).starts_with("#/definitions/io.k8s.apimachinery")
        }
        _ => false,
    }
}

/// Six bytes of FNV-1 in URL-safe base64.
fn hash(json: &[u8]) -> String {
    let offset: u64 = 0xcbf2_9ce4_8422_2325;
    let hash =
        json.iter().fold(offset, |hash, byte| hash.wrapping_mul(0x0000_0100_0000_01b3) ^ u64::from(*byte));
    base64::encode(&hash.to_be_bytes()[..6]).replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_meta::value::parse;

    #[test]
    fn hashes_are_those_of_the_reference() {
        let body = |rest: &str| {
            let json = format!(
                r##"{{"name":"body","in":"body",{rest}"schema":{{"$ref":"#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1."##
            );
            json
        };
        let check = |json: String, wanted: &str| {
            let mut shared = Shared::default();
            let reference = shared.reference(parse(json.as_bytes()).unwrap());
            assert_eq!(reference.text_at(&["$ref"]), wanted);
            assert_eq!(shared.finish().len(), 1);
        };
        check(body("") + r#"DeleteOptions"}}"#, "#/parameters/body-2Y1dVQaQ");
        check(body(r#""required":true,"#) + r#"Patch"}}"#, "#/parameters/body-78PwaGsr");
    }
}
