//! Whatever is applied is refused, or done, and doing it again changes nothing. The first byte says how many bytes make
//! the object; the others are the body.
#![no_main]

#[path = "../chance.rs"]
mod chance;

use libfuzzer_sys::fuzz_target;
use pintle_meta::Value;
use pintle_schema::yaml;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, live, body)) = chance::object(bytes) else { return };
    let Ok(parsed) = yaml::parse(body) else { return };
    if !matches!(parsed.value, Value::Map(_)) {
        return;
    }
    let Ok(once) = kind.applied(&live, &parsed.value, "applier", true) else { return };
    kind.applied(&once, &parsed.value, "applier", false).expect("it was done before");
});
