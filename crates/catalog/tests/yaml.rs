//! Every published fixture reads from YAML as from JSON, and prints as it was printed.

mod shared;

use pintle_catalog::catalog;
use pintle_meta::Object;
use pintle_meta::value::parse;
use pintle_schema::{decode, yaml};

#[test]
fn fixtures_read_and_print_as_published() {
    let Some(facts) = shared::facts() else { return };
    let (mut read, mut decoded, mut problems) = (0, 0, Vec::new());
    for file in std::fs::read_dir(facts.join("roundtrip")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parsed = yaml::parse(&text).unwrap();
        read += 1;
        problems.extend(parsed.duplicates.iter().map(|finding| format!("{name}: {finding}")));
        let json = std::fs::read(path.with_extension("json")).unwrap();
        let document = parse(&json).unwrap();
        if parsed.value != document {
            problems.push(format!("{name}: YAML and JSON differ"));
        }
        let printed = yaml::emit(&parsed.value);
        if printed != text {
            problems.push(format!("{name}: printed differently: {}", first_difference(&printed, &text)));
        }
        if yaml::parse(&printed).unwrap().value != parsed.value {
            problems.push(format!("{name}: what was printed reads differently"));
        }
        let Some(schema) = document.group_version_kind().and_then(|kind| catalog().kind(&kind)) else {
            continue;
        };
        decoded += 1;
        let from_yaml = decode::value(parsed.value, schema).unwrap();
        problems.extend(from_yaml.strict.iter().map(|finding| format!("{name}: {finding}")));
        if from_yaml.value != decode::json(&json, schema).unwrap().value {
            problems.push(format!("{name}: decoded YAML and JSON differ"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(read > 180 && decoded > 90, "only {read} fixtures read, {decoded} decoded");
}

/// The first line that differs, as it is and as it should be.
fn first_difference(is: &[u8], should: &[u8]) -> String {
    let (is, should) = (String::from_utf8_lossy(is), String::from_utf8_lossy(should));
    let mut lines = is.lines().zip(should.lines()).enumerate();
    lines
        .find(|(_, (is, should))| is != should)
        .map_or("length".to_owned(), |(at, (is, should))| format!("line {at}: {is:?}, not {should:?}"))
}
