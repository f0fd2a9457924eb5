//! Whatever is sent as a patch is refused or makes a document, and that is refused or becomes an object. The first byte
//! says how many bytes make the object that is patched; the others are the patch.
#![no_main]

#[path = "../chance.rs"]
mod chance;

use libfuzzer_sys::fuzz_target;
use pintle_schema::decode;
use pintle_schema::patch::strict::{Shape, findings};
use pintle_schema::patch::{json, merge, strategic};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, live, patch)) = chance::object(bytes) else { return };
    let outcomes = [
        json::Document::parse(patch).and_then(|patch| patch.apply(&live)),
        merge::parse(patch).and_then(|patch| merge::apply(&live, &patch)),
        strategic::parse(patch).and_then(|patch| strategic::apply(&live, &patch, kind.schema())),
    ];
    for shape in [Shape::Operations, Shape::Members] {
        assert!(findings(patch, shape).len() <= 1000);
    }
    for document in outcomes.into_iter().flatten() {
        for decoded in
            [decode::value(document.clone(), kind.schema()), decode::unstructured(document, kind.schema())]
        {
            let Ok(decoded) = decoded else { continue };
            kind.updated(&live, decoded.value, "patcher");
        }
    }
});
