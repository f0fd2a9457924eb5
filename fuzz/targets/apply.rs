//! Whatever is applied is refused, or done, and doing it again changes nothing. The first byte says how many bytes make
//! the object; the others are the body.
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
use pintle_meta::Value;
use pintle_schema::yaml;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first() else { return };
    let (chance, body) = rest.split_at(usize::from(*length).min(rest.len()));
    let mut choices = Choices(chance);
    let kind = Kind::chosen(&mut choices);
    let live = kind.created(kind.document(&mut choices), "creator");
    let Ok(parsed) = yaml::parse(body) else { return };
    if !matches!(parsed.value, Value::Map(_)) {
        return;
    }
    let Ok(once) = kind.applied(&live, &parsed.value, "applier", true) else { return };
    kind.applied(&once, &parsed.value, "applier", false).expect("it was done before");
});
