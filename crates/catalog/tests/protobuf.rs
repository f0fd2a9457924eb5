//! Protobuf against the reference's own bytes: every published fixture (each field of each kind filled) and every
//! recorded stored object (zeros, nils and empties among them), both ways and to the byte.
#![allow(clippy::unwrap_used, reason = "a test without its facts fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know how many were compared")]

mod shared;

use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Object, Str, Value, base64};
use pintle_schema::protobuf::{self, Envelope};
use pintle_schema::{Resource, Struct, decode, form};
use std::sync::Arc;

/// Recorded objects that are read right, yet written in other bytes.
const OTHER_BYTES: &[(&str, &str)] = &[
    ("/controllerrevisions/", "raw JSON keeps the client's white space in the reference"),
    ("/resourceclaims/", "raw JSON keeps the client's white space in the reference"),
    ("/resourceclaimtemplates/", "raw JSON keeps the client's white space in the reference"),
    ("/deviceclasses/", "raw JSON keeps the client's white space in the reference"),
    (
        "/secrets/ns1/z-empty",
        "a nil value is read as an empty one, as the reference does, so it is written as one",
    ),
];

/// A fixture of a kind that the catalog knows.
struct Fixture {
    name: String,
    schema: Arc<Struct>,
    json: Vec<u8>,
    protobuf: Vec<u8>,
}

#[test]
fn fixtures_survive_both_ways() {
    let (mut exact, mut problems) = (0, Vec::new());
    let fixtures = fixtures();
    for Fixture { name, schema, json, protobuf } in &fixtures {
        let wanted = decode::json(json, schema).unwrap().value;
        let written = protobuf::enveloped(schema, &wanted).unwrap();
        match read(schema, protobuf) {
            Ok(made) if to_json(&made) != to_json(&wanted) => {
                let found = shared::differences(&made, &wanted);
                problems.push(format!("{name}: reads differently: {found:?}"));
            }
            Ok(made) => assert_eq!(protobuf::enveloped(schema, &made).unwrap(), written, "{name}"),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
        if written == *protobuf {
            exact += 1;
        } else {
            problems.push(format!("{name}: {}", first_difference(&written, protobuf)));
        }
    }
    eprintln!("{exact} of {} fixtures are written to the byte", fixtures.len());
    assert!(problems.is_empty(), "{} of {}\n{}", problems.len(), fixtures.len(), problems.join("\n"));
}

#[test]
fn recorded_objects_survive_both_ways() {
    let (mut compared, mut others, mut problems) = (0, 0, Vec::new());
    for (name, bytes) in stored() {
        compared += 1;
        let envelope = Envelope::read(&bytes).unwrap();
        let kind =
            pintle_meta::GroupVersion::parse(&envelope.api_version).unwrap().with_kind(&*envelope.kind);
        let schema = catalog().kind(&kind).unwrap();
        let object = envelope.document(schema).unwrap();
        // What JSON shows of it is what is read from JSON.
        let again = decode::json(&to_json(&object), schema).unwrap().value;
        if again != object {
            problems.push(format!("{name}: not in normal form: {:?}", shared::differences(&object, &again)));
        }
        let written = protobuf::enveloped(schema, &object).unwrap();
        let excused = OTHER_BYTES.iter().any(|(part, _)| name.contains(part));
        if written != bytes && excused {
            others += 1;
            assert_eq!(read(schema, &written).unwrap(), object, "{name}");
        } else if written != bytes {
            problems.push(format!("{name}: {}", first_difference(&written, &bytes)));
        }
    }
    eprintln!("{} of {compared} recorded objects are written to the byte", compared - others);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The stored bytes, read as a server would, are what the reference answered.
#[test]
fn stored_bytes_read_as_the_reference_answered() {
    let Some(facts) = shared::facts() else { return };
    let (mut compared, mut problems) = (0, Vec::new());
    let recorded = |file: &str| parse(&std::fs::read(facts.join(file)).unwrap()).unwrap();
    let (stored, conversions) = (recorded("stored.json"), recorded("conversions.json"));
    let one =
        stored.as_list().unwrap().iter().map(|entry| (&entry["value_base64"], vec![&entry["get_json"]]));
    let each = conversions.as_list().unwrap().iter().map(|entry| {
        let forms = entry["get_in_each_version"].as_map().unwrap().values().collect();
        (&entry["stored_base64"], forms)
    });
    for (bytes, answers) in one.chain(each) {
        let bytes = base64::decode(bytes.as_str().unwrap_or_default().as_bytes()).unwrap();
        if !bytes.starts_with(protobuf::MAGIC) {
            continue;
        }
        for wanted in answers {
            let kind = wanted.group_version_kind().unwrap();
            let is = |known: &&Arc<Resource>| {
                known.version(&kind.version).is_some_and(|version| version.kind == kind)
            };
            let resource = catalog().resources().iter().find(is).unwrap();
            let (storage, version) =
                (resource.storage.as_ref().unwrap(), resource.version(&kind.version).unwrap());
            let revision = wanted.text_at(&["metadata", "resourceVersion"]).parse().unwrap();
            let made = form::from_stored(resource, storage, version, &bytes, revision).unwrap();
            compared += 1;
            if to_json(&made) != to_json(wanted) {
                let found = shared::differences(&made, wanted);
                problems.push(format!("{kind} {}: {found:?}", wanted.text_at(&["metadata", "name"])));
            }
        }
    }
    eprintln!("{} of {compared} answers are made from stored bytes", compared - problems.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Whatever is cut off or flipped: an answer, never a panic, and never much more than what came.
#[test]
fn damaged_messages_are_refused_or_read() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    let (mut read_all_the_same, mut refused) = (0, 0);
    for Fixture { schema, protobuf, .. } in fixtures() {
        for _ in 0..60 {
            let mut damaged = protobuf.clone();
            match next() % 3 {
                0 => damaged.truncate(next() % damaged.len()),
                1 => {
                    for _ in 0..=next() % 4 {
                        let at = next() % damaged.len();
                        damaged[at] ^= 1 << (next() % 8);
                    }
                }
                _ => {
                    let (from, to) = (next() % damaged.len(), next() % damaged.len());
                    let piece = damaged[from.min(to)..from.max(to)].to_vec();
                    damaged.splice(from..from, piece);
                }
            }
            match read(&schema, &damaged) {
                Ok(object) => {
                    read_all_the_same += 1;
                    let written = protobuf::enveloped(&schema, &object).unwrap();
                    assert!(written.len() < damaged.len() * 4 + 4096);
                }
                Err(_) => refused += 1,
            }
        }
    }
    eprintln!("{read_all_the_same} damaged messages read, {refused} refused");
}

fn read(schema: &Struct, bytes: &[u8]) -> Result<Value, String> {
    let envelope = Envelope::read(bytes).map_err(|error| error.to_string())?;
    envelope.document(schema).map_err(|error| error.to_string())
}

fn fixtures() -> Vec<Fixture> {
    let Some(facts) = shared::facts() else { return Vec::new() };
    let mut found = Vec::new();
    for file in std::fs::read_dir(facts.join("roundtrip")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let json = std::fs::read(&path).unwrap();
        let kind = parse(&json).unwrap().group_version_kind().unwrap();
        let Some(schema) = catalog().kind(&kind).cloned() else { continue };
        let protobuf = std::fs::read(path.with_extension("pb")).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        found.push(Fixture { name, schema, json, protobuf });
    }
    found
}

/// Values as the reference stored them, with their keys; those in protobuf.
fn stored() -> Vec<(Str, Vec<u8>)> {
    let Some(facts) = shared::facts() else { return Vec::new() };
    let mut found = Vec::new();
    for (file, member) in [("stored.json", "value_base64"), ("conversions.json", "stored_base64")] {
        let entries = parse(&std::fs::read(facts.join(file)).unwrap()).unwrap();
        for entry in entries.as_list().unwrap().iter() {
            let bytes = base64::decode(entry.text_at(&[member]).as_bytes()).unwrap();
            if bytes.starts_with(protobuf::MAGIC) {
                found.push((entry.text_at(&["key"]).into(), bytes));
            }
        }
    }
    found
}

fn first_difference(made: &[u8], wanted: &[u8]) -> String {
    let at = made.iter().zip(wanted).take_while(|(one, other)| one == other).count();
    let around =
        |bytes: &[u8]| bytes[at.saturating_sub(24)..bytes.len().min(at + 24)].escape_ascii().to_string();
    format!(
        "byte {at} of {} and {}: {} instead of {}",
        made.len(),
        wanted.len(),
        around(made),
        around(wanted)
    )
}
