//! Recorded tables: the rows made here of the objects that a conversation showed before are the reference's.
#![allow(clippy::unwrap_used, reason = "a test without its facts fails")]

mod shared;

use pintle_catalog::catalog;
use pintle_meta::value::parse;
use pintle_meta::{Object, Value};
use pintle_schema::table::{IncludeObject, row};
use pintle_schema::{decode, form};
use std::collections::BTreeMap;

#[test]
fn rows_are_the_reference_s() {
    let Some(facts) = shared::facts() else { return };
    let (mut compared, mut problems) = (0, Vec::new());
    for file in std::fs::read_dir(facts.parent().unwrap().join("conformance/cases")).unwrap() {
        // Masked uids stand in selectors too, where they would be no valid values.
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap().replace("<uid>", "uid");
        let cases = parse(text.as_bytes()).unwrap();
        for case in cases.as_list().into_iter().flatten() {
            compared += compare_tables(case, &mut problems);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(compared > 40, "only {compared} rows");
}

/// Objects by group version and name, in the order of tables.
type Known = BTreeMap<(String, String), Value>;

/// Compares the tables of one conversation; returns how many rows there were.
fn compare_tables(case: &Value, problems: &mut Vec<String>) -> usize {
    let (mut compared, mut known) = (0, Known::new());
    for step in case["steps"].as_list().into_iter().flatten() {
        let body = &step["expect"]["body"];
        if body.text_at(&["kind"]) != "Table" {
            let sent = step.get("body").filter(|_| step.text_at(&["method"]) == "POST").and_then(defaulted);
            [sent.as_ref(), Some(body)].into_iter().flatten().for_each(|object| remember(object, &mut known));
            continue;
        }
        let path = step.text_at(&["path"]);
        // A Scale is shown as its own kind.
        if path.ends_with("/scale") {
            continue;
        }
        let group_version = group_version(path);
        let shown: Vec<&Value> =
            known.iter().filter(|((of, _), _)| *of == group_version).map(|(_, object)| object).collect();
        let rows = body["rows"].as_list().map_or(&[][..], |rows| rows);
        if shown.len() != rows.len() {
            continue;
        }
        for (object, wanted) in shown.into_iter().zip(rows) {
            let Some(made) = cells(object) else { continue };
            compared += 1;
            let wanted = wanted["cells"].as_list().unwrap();
            if made.len() != wanted.len() || made.iter().zip(wanted.iter()).any(|(a, b)| differ(a, b)) {
                problems.push(format!("{}: made {made:?}, wanted {wanted:?}", case.text_at(&["name"])));
            }
        }
    }
    compared
}

fn remember(object: &Value, known: &mut Known) {
    let name = object.text_at(&["metadata", "name"]);
    if !name.is_empty() && object.get("apiVersion").is_some() {
        known.insert((object.text_at(&["apiVersion"]).to_owned(), name.to_owned()), object.clone());
    }
}

/// What was sent as the server reads and creates it.
fn defaulted(sent: &Value) -> Option<Value> {
    let kind = sent.group_version_kind()?;
    let mut resources = catalog().resources().iter();
    let resource = resources.find(|one| one.group == kind.group && one.names.kind == kind.kind)?;
    let version = resource.version(&kind.version)?;
    let mut object = decode::value(sent.clone(), &version.schema).ok()?.value;
    form::default(resource, version, &mut object);
    resource.hooks.prepare_create(&mut object);
    Some(object)
}

/// `/apis/apps/v1/...` is `apps/v1`.
fn group_version(path: &str) -> String {
    let parts: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    match parts[..] {
        ["", "api", version, ..] => version.to_owned(),
        ["", "apis", group, version, ..] => format!("{group}/{version}"),
        _ => String::new(),
    }
}

/// The cells of an object of a built-in kind.
fn cells(object: &Value) -> Option<Vec<Value>> {
    let kind = object.group_version_kind()?;
    let mut resources = catalog().resources().iter();
    let resource = resources.find(|one| one.group == kind.group && one.names.kind == kind.kind)?;
    let made = row(resource, resource.version(&kind.version)?, object, IncludeObject::None, "v1", 0);
    Some(made["cells"].as_list()?.to_vec())
}

/// Times are the recording's own: they stand as `<age>` or `<time>`, or as an age in seconds.
fn differ(made: &Value, wanted: &Value) -> bool {
    let of_time = wanted.as_str().is_some_and(|text| {
        matches!(text, "<age>" | "<time>")
            || text.strip_suffix('s').is_some_and(|age| age.parse::<u32>().is_ok())
    });
    !of_time && made != wanted
}
