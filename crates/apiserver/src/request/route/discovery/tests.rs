//! The discovery documents of the built-in resources are the published ones, but for addresses.

use super::{aggregated, groups, legacy};
use crate::served::{Documents, Served};
use pintle_catalog::catalog;
use pintle_meta::Value;
use pintle_meta::value::parse;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where the published documents lie, beside the repository; absent outside of development.
fn published() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kubernetes/discovery");
    if !folder.is_dir() {
        println!("SKIPPED: no published documents at {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn discovery_documents_are_the_published_ones() {
    let Some(folder) = published() else { return };
    let served =
        Served::new(catalog().resources(), catalog().groups(), Documents::new(SystemTime::UNIX_EPOCH));
    let (mut compared, mut problems) = (0, Vec::new());
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let wanted = without_address(parse(&std::fs::read(&path).unwrap()).unwrap());
        match ours(&served, &name).map(without_address) {
            None => problems.push(format!("{name}: nobody makes it")),
            Some(made) => differences(&wanted, &made, &name, &mut problems),
        }
        compared += 1;
    }
    assert!(problems.is_empty(), "{} differences\n{}", problems.len(), problems.join("\n"));
    assert!(compared > 20, "only {compared} documents were there");
}

/// What is answered for the document of this file name.
fn ours(served: &Served, name: &str) -> Option<Value> {
    let parts: Vec<&str> = name.split("__").collect();
    Some(match parts[..] {
        ["aggregated_api"] => aggregated::document(served, true),
        ["aggregated_apis"] => aggregated::document(served, false),
        ["legacy_api"] => legacy::core(served, ([127, 0, 0, 1], 6443).into()),
        ["legacy_apis"] => groups(served),
        ["api", version] => legacy::resources("", served.group("")?.version(version)?),
        ["apis", group, version] => legacy::resources(group, served.group(group)?.version(version)?),
        _ => return None,
    })
}

fn without_address(mut document: Value) -> Value {
    document.take_at(&["serverAddressByClientCIDRs"]);
    document
}

fn differences(wanted: &Value, made: &Value, path: &str, found: &mut Vec<String>) {
    match (wanted, made) {
        (Value::Map(wanted), Value::Map(made)) => {
            for (key, value) in wanted.iter() {
                let path = format!("{path}.{key}");
                match made.get(key) {
                    Some(have) => differences(value, have, &path, found),
                    None => found.push(format!("{path} is missing")),
                }
            }
            let unexpected = made.keys().filter(|key| !wanted.contains_key(key));
            found.extend(unexpected.map(|key| format!("{path}.{key} is unexpected")));
        }
        (Value::List(wanted), Value::List(made)) if wanted.len() == made.len() => {
            for (at, (wanted, made)) in wanted.iter().zip(made.iter()).enumerate() {
                differences(wanted, made, &format!("{path}[{at}]"), found);
            }
        }
        (wanted, made) if wanted == made => {}
        (wanted, made) => found.push(format!("{path}: want {wanted:?}, made {made:?}")),
    }
}
