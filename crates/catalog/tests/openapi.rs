//! The OpenAPI documents of the built-in kinds are the published ones, but for the words in descriptions.
#![allow(clippy::unwrap_used, reason = "a test without its facts fails")]

mod shared;

use pintle_catalog::{catalog, described};
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Str, Value};
use pintle_schema::openapi::proto::{self, Form};
use pintle_schema::openapi::{Api, v2_document, v3_document, v3_names};
use pintle_schema::yaml;
use std::path::Path;

#[test]
fn version_3_documents_are_the_published_ones() {
    let Some(facts) = shared::facts() else { return };
    let types = described();
    let api = Api { resources: catalog().resources(), types: &types, version: "1.36" };
    let names = v3_names(&api);
    let mut problems = Vec::new();
    for name in published(&facts.join("openapi-v3")) {
        if !names.contains(&name) {
            problems.push(format!("{name}: not made"));
        }
    }
    for name in names {
        let file = facts.join(format!("openapi-v3/{}.json", name.replace('/', "__")));
        let Ok(wanted) = std::fs::read(file) else {
            problems.push(format!("{name}: not published"));
            continue;
        };
        let wanted = parse(&wanted).unwrap();
        let made = v3_document(&api, &name).unwrap();
        let mut found = Vec::new();
        compare(&comparable(&wanted, &wanted), &comparable(&made, &made), "", &mut found);
        problems.extend(found.into_iter().map(|problem| format!("{name}{problem}")));
    }
    assert!(problems.is_empty(), "{} differences\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn the_version_2_document_is_the_published_one() {
    let Some(facts) = shared::facts() else { return };
    let types = described();
    let api = Api { resources: catalog().resources(), types: &types, version: "1.36" };
    let wanted = parse(&std::fs::read(facts.join("openapi-v2.json")).unwrap()).unwrap();
    let made = v2_document(&api);
    assert_eq!(shared_parameters(&wanted), shared_parameters(&made));
    let mut found = Vec::new();
    compare(&comparable(&wanted, &wanted), &comparable(&made, &made), "", &mut found);
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

#[test]
fn nothing_is_lost_in_protobuf() {
    let types = described();
    let api = Api { resources: catalog().resources(), types: &types, version: "1.36" };
    let mut problems = Vec::new();
    let mut check = |form: Form, name: &str, bytes: &[u8], document: &Value| {
        let again = proto::decode(form, bytes, &read_yaml).unwrap();
        let mut found = Vec::new();
        compare(document, &again, "", &mut found);
        problems.extend(found.into_iter().map(|problem| format!("{name}{problem}")));
    };
    for name in v3_names(&api) {
        let document = v3_document(&api, &name).unwrap();
        check(Form::V3, &name, &proto::v3(&document), &document);
    }
    let document = v2_document(&api);
    check(Form::V2, "v2", &proto::v2(&document), &document);
    assert!(problems.is_empty(), "{} differences\n{}", problems.len(), problems.join("\n"));
}

/// What a client reads from the text of a value.
fn read_yaml(text: &str) -> Value {
    yaml::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}")).value
}

/// Names of the published documents.
fn published(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names.map(|name| name.trim_end_matches(".json").replace("__", "/")).collect()
}

/// Shared parameters by their names without the hash, which covers the description.
fn shared_parameters(document: &Value) -> Vec<String> {
    let parameters = document["parameters"].as_map().unwrap();
    let mut names: Vec<String> =
        parameters.values().map(|parameter| parameter.text_at(&["name"]).to_owned()).collect();
    names.sort();
    names
}

/// A part of `document` without descriptions, with shared parameters put where they are used. An `allOf` that
/// is there only because a description stood beside its reference becomes that reference.
fn comparable(document: &Value, part: &Value) -> Value {
    match part {
        Value::Map(map) => {
            let shared =
                map.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/parameters/"));
            if let Some(name) = shared {
                return comparable(document, &document["parameters"][name]);
            }
            let kept: Vec<(Str, Value)> = map
                .iter()
                .filter(|(key, value)| *key != "description" || value.as_str().is_none())
                .filter(|(key, value)| *key != "parameters" || value.as_map().is_none())
                .map(|(key, value)| (key.clone(), comparable(document, value)))
                .collect();
            match &kept[..] {
                [(key, Value::List(only))] if key == "allOf" && only.len() == 1 => only[0].clone(),
                _ => Value::Map(kept.into_iter().collect()),
            }
        }
        Value::List(items) => items.iter().map(|item| comparable(document, item)).collect(),
        other => other.clone(),
    }
}

/// Where `made` is not `wanted`.
fn compare(wanted: &Value, made: &Value, path: &str, found: &mut Vec<String>) {
    match (wanted, made) {
        (Value::Map(wanted), Value::Map(made)) => {
            for (key, value) in wanted.iter() {
                match made.get(key) {
                    Some(now) => compare(value, now, &format!("{path} > {key}"), found),
                    None => found.push(format!("{path} > {key}: missing {}", text(value))),
                }
            }
            for (key, value) in made.iter().filter(|(key, _)| !wanted.contains_key(key)) {
                found.push(format!("{path} > {key}: too much {}", text(value)));
            }
        }
        (Value::List(wanted), Value::List(made)) if wanted.len() == made.len() => {
            for at in 0..wanted.len() {
                compare(&wanted[at], &made[at], &format!("{path}[{at}]"), found);
            }
        }
        (wanted, made) if wanted == made => {}
        (wanted, made) => found.push(format!("{path}: wanted {}, made {}", text(wanted), text(made))),
    }
}

fn text(value: &Value) -> String {
    String::from_utf8(to_json(value)).unwrap().chars().take(200).collect()
}
