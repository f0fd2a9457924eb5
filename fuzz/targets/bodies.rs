//! Whatever is sent as an object is refused or becomes one, in normal form, which stays as it is. The first byte chooses
//! how it is read, the next two the kind; the others are the body.
#![no_main]

#[path = "../chance.rs"]
mod chance;

use chance::{Choices, Kind};
use libfuzzer_sys::fuzz_target;
use pintle_meta::value::to_json;
use pintle_schema::{decode, yaml};

fuzz_target!(|bytes: &[u8]| {
    let Some((how, rest)) = bytes.split_first() else { return };
    let (chance, body) = rest.split_at(rest.len().min(2));
    let kind = Kind::chosen(&mut Choices(chance));
    let decoded = match how % 2 {
        0 => decode::json(body, kind.schema()),
        _ => match yaml::parse(body) {
            Ok(parsed) => decode::value(parsed.value, kind.schema()),
            Err(_) => return,
        },
    };
    let Ok(decoded) = decoded else { return };
    let again = decode::value(decoded.value.clone(), kind.schema()).expect("it is of its type");
    assert_eq!(to_json(&again.value), to_json(&decoded.value));
});
