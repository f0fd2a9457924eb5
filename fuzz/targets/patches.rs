//! Whatever is sent as a patch is refused or makes a document, and that is refused or becomes an object. The first byte
//! says how many bytes make the object that is patched; the others are the patch.
#![no_main]

#[path = "../../tests/properties/documents.rs"]
#[allow(dead_code, reason = "made for more than this")]
mod documents;
#[path = "../../tests/properties/object.rs"]
#[allow(dead_code, reason = "made for more than this")]
mod object;

use documents::Choices;
use libfuzzer_sys::fuzz_target;
use object::Kind;
use pintle_schema::patch::strict::{Shape, findings};
use pintle_schema::patch::{json, merge, strategic};
use pintle_schema::decode;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first() else { return };
    let (chance, patch) = rest.split_at(usize::from(*length).min(rest.len()));
    let mut choices = Choices(chance);
    let kind = Kind::chosen(&mut choices);
    let live = kind.created(kind.document(&mut choices), "creator");
    let outcomes = [
        json::Document::parse(patch).and_then(|patch| patch.apply(&live)),
        merge::parse(patch).and_then(|patch| merge::apply(&live, &patch)),
        strategic::parse(patch).and_then(|patch| strategic::apply(&live, &patch, kind.schema())),
    ];
    for shape in [Shape::Operations, Shape::Members] {
        assert!(findings(patch, shape).len() <= 1000);
    }
    for document in outcomes.into_iter().flatten() {
        for decoded in [decode::value(document.clone(), kind.schema()), decode::unstructured(document, kind.schema())] {
            let Ok(decoded) = decoded else { continue };
            kind.updated(&live, decoded.value, "patcher");
        }
    }
});
