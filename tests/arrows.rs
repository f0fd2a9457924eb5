//! The rooms and the arrows between them: which crate may know which, read from their manifests. A new arrow needs
//! its line here and a page in docs/decisions/.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Crate, and every other crate of ours that it may use. Those that are not built yet are named too.
const ARROWS: [(&str, &[&str]); 11] = [
    ("meta", &[]),
    ("cel", &["meta"]),
    ("schema", &["meta", "cel"]),
    ("catalog", &["meta", "cel", "schema"]),
    ("wire", &[]),
    ("storage", &["wire"]),
    ("raftstore", &["storage", "wire"]),
    ("watchcache", &["meta", "schema", "storage"]),
    ("apiserver", &["meta", "cel", "schema", "catalog", "wire", "storage", "watchcache"]),
    // `meta` for what the command line and the API write the same way.
    ("pintle", &["meta", "apiserver", "raftstore", "storage", "wire"]),
    // `meta` to read the published API's tables; it is built like a test, never shipped.
    ("xtask", &["meta"]),
];

/// Libraries that one room hides from all others.
const HIDDEN: [(&str, &str); 2] = [("sled", "raftstore"), ("openraft", "raftstore")];

struct Manifest {
    folder: String,
    table: Table,
}

impl Manifest {
    fn all() -> Vec<Manifest> {
        let crates = fs::read_dir(top().join("crates")).unwrap();
        let folders = crates.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        folders.map(|path| Manifest::read(&path)).collect()
    }

    fn read(path: &Path) -> Manifest {
        let text = fs::read_to_string(path.join("Cargo.toml")).unwrap();
        let folder = path.file_name().unwrap().to_str().unwrap().to_owned();
        Manifest { folder, table: text.parse().unwrap() }
    }

    /// Names of dependencies: those of the platform's own tables too, under `kind` and with their real names.
    fn dependencies(&self, kinds: &[&str]) -> BTreeSet<String> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let tables = std::iter::once(&self.table)
            .chain(targets.into_iter().flat_map(Table::values).filter_map(Value::as_table));
        let named = tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()));
        named
            .flatten()
            .map(|(name, how)| how.get("package").and_then(Value::as_str).unwrap_or(name).to_owned())
            .collect()
    }

    fn at(&self, section: &str, key: &str) -> Option<&Value> {
        self.table.get(section)?.get(key)
    }
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn every_crate_uses_only_what_it_may() {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    for manifest in Manifest::all() {
        let folder = manifest.folder.as_str();
        let allowed = arrows.get(folder).unwrap_or_else(|| panic!("crates/{folder} has no line in ARROWS"));
        for used in manifest.dependencies(&["dependencies", "build-dependencies"]) {
            let Some(used) = used.strip_prefix("pintle-") else { continue };
            assert!(allowed.contains(&used), "crates/{folder} may not use crates/{used}");
        }
    }
}

#[test]
fn tests_of_a_crate_look_no_further_than_the_crate() {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    for manifest in Manifest::all() {
        let folder = manifest.folder.as_str();
        for used in manifest.dependencies(&["dev-dependencies"]) {
            let Some(used) = used.strip_prefix("pintle-") else { continue };
            assert!(arrows[folder].contains(&used), "the tests of crates/{folder} may not use crates/{used}");
        }
    }
}

#[test]
fn hidden_libraries_are_named_in_one_room() {
    let kinds = ["dependencies", "build-dependencies", "dev-dependencies"];
    for manifest in Manifest::all() {
        let used = manifest.dependencies(&kinds);
        for (library, room) in HIDDEN {
            let names_it = used.contains(library);
            assert!(!names_it || manifest.folder == room, "crates/{} names {library}", manifest.folder);
        }
    }
}

#[test]
fn every_crate_is_named_after_its_folder_stays_here_and_is_linted_alike() {
    for manifest in Manifest::all() {
        let folder = manifest.folder.as_str();
        let name = if folder == "pintle" { folder.to_owned() } else { format!("pintle-{folder}") };
        assert_eq!(manifest.at("package", "name").and_then(Value::as_str), Some(name.as_str()));
        let published = manifest.at("package", "publish");
        assert_eq!(published.and_then(Value::as_bool), Some(false), "crates/{folder}: publish");
        let lints = manifest.at("lints", "workspace");
        assert_eq!(lints.and_then(Value::as_bool), Some(true), "crates/{folder}: lints");
    }
}
