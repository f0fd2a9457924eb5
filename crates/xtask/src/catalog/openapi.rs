//! What only the published OpenAPI documents say: required members, kinds of shared types, unions, and which
//! subresources are streams.

use super::table::Row;
use crate::failure::Failure;
use pintle_meta::value::{Value, parse};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// Facts of all published definitions and paths.
pub(crate) struct Published {
    required: HashMap<String, Vec<String>>,
    everything: Value,
}

impl Published {
    /// Reads every document of version 3 in a folder, and the one of version 2 beside it.
    pub(crate) fn read(facts: &Path) -> Result<Published, Failure> {
        let (folder, everything) = (facts.join("openapi-v3"), read(&facts.join("openapi-v2.json"))?);
        let mut required = HashMap::new();
        let files = std::fs::read_dir(&folder).map_err(|error| Failure::file(&folder, error))?;
        for file in files.filter_map(Result::ok) {
            let document = read(&file.path())?;
            let Some(schemas) = document.at(&["components", "schemas"]).and_then(Value::as_map) else {
                continue;
            };
            for (name, schema) in schemas.iter() {
                let list = schema.get("required").and_then(Value::as_list).into_iter().flatten();
                let names = list.filter_map(Value::as_str).map(str::to_owned).collect();
                required.insert(name.to_string(), names);
            }
        }
        Ok(Published { required, everything })
    }

    /// Whether `definition` requires `member`; `None` when it is not published.
    pub(crate) fn requires(&self, definition: &str, member: &str) -> Option<bool> {
        Some(self.required.get(definition)?.iter().any(|name| name == member))
    }

    /// How the subresource `sub` of a row of resources is spoken to; "" for documents.
    pub(crate) fn access(&self, row: &Row<'_>, sub: &str) -> String {
        let path = format!("{}/{sub}", item_path(row));
        let get = self.everything.at(&["paths", &path, "get"]);
        if get.is_some_and(|get| get.text_at(&["x-kubernetes-action"]) == "connect") {
            let deep = self.everything.at(&["paths", &format!("{path}/{{path}}")]).is_some();
            return if deep { " connect=subpath" } else { " connect" }.to_owned();
        }
        let produced = get.and_then(|get| get.get("produces")).and_then(Value::as_list).into_iter().flatten();
        if produced.filter_map(Value::as_str).any(|media| media == "text/plain") {
            let (first, rest) = sub.split_at(1);
            let kind = format!("{}{}{rest}Options", row.get("kind"), first.to_uppercase());
            return format!(" text={}/{kind}", row.get("version"));
        }
        String::new()
    }

    /// Whether the documents promise a Status for a delete of a row of resources.
    pub(crate) fn deletes_to_status(&self, row: &Row<'_>) -> bool {
        let answer = ["paths", &item_path(row), "delete", "responses", "200", "schema", "$ref"];
        self.everything.at(&answer).and_then(Value::as_str).is_some_and(|name| name.ends_with(".Status"))
    }

    /// The facts: which group versions register the types that all of them share, and unions.
    pub(crate) fn facts(&self) -> String {
        let mut text = String::new();
        let mut known: Vec<String> = Vec::new();
        for (name, definition) in
            self.everything["definitions"].as_map().into_iter().flat_map(|map| map.iter())
        {
            let kinds = definition.get("x-kubernetes-group-version-kind").and_then(Value::as_list);
            if let Some(kinds) = kinds.filter(|kinds| kinds.len() > 1) {
                let _ = writeln!(text, "everywhere {name}");
                known = kinds.iter().map(group_version).collect();
            }
            let unions = definition.get("x-kubernetes-unions").and_then(Value::as_list);
            for union in unions.into_iter().flatten() {
                let _ = writeln!(text, "union {name} {}", union_words(union));
            }
        }
        for group_version in known {
            let _ = writeln!(text, "known {group_version}");
        }
        text
    }
}

/// The path of one object of a row of resources.
fn item_path(row: &Row<'_>) -> String {
    let place = match row.get("group") {
        "core" => format!("/api/{}", row.get("version")),
        group => format!("/apis/{group}/{}", row.get("version")),
    };
    let namespaces = if row.get("namespaced") == "true" { "/namespaces/{namespace}" } else { "" };
    format!("{place}{namespaces}/{}/{{name}}", row.get("plural"))
}

fn read(path: &Path) -> Result<Value, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, error))?;
    parse(&bytes).map_err(|error| Failure::file(path, error))
}

fn group_version(kind: &Value) -> String {
    match (kind.text_at(&["group"]), kind.text_at(&["version"])) {
        ("", version) => version.to_owned(),
        (group, version) => format!("{group}/{version}"),
    }
}

/// `type localhostProfile=LocalhostProfile`; `-` when no field says which member counts.
fn union_words(union: &Value) -> String {
    let mut words = match union.text_at(&["discriminator"]) {
        "" => "-".to_owned(),
        field => field.to_owned(),
    };
    let members = union["fields-to-discriminateBy"].as_map().into_iter().flat_map(|map| map.iter());
    for (field, value) in members {
        let _ = write!(words, " {field}={}", value.as_str().unwrap_or_default());
    }
    words
}
