//! The messages of the OpenAPI documents' protobuf form: a line each, with what a document can hold.
//!
//! `VERSION MESSAGE FIELD=NUMBER:TYPE...`; `*TYPE` is repeated, `|FIELD` one of several.

use super::table::{Row, Table};
use crate::failure::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Makes the facts.
pub(crate) fn make(facts: &Path) -> Result<String, Failure> {
    let table = Table::read(&facts.join("gnostic-fields.tsv"))?;
    let mut messages: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in table.rows() {
        messages.entry(row.get("message")).or_default().push(row);
    }
    let mut text = String::new();
    for version in ["v2", "v3"] {
        let prefix = format!("openapi.{version}.");
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let mut pending = vec!["Document"];
        while let Some(name) = pending.pop() {
            if let Some(rows) = messages.get(format!("{prefix}{name}").as_str())
                && wanted.insert(name)
            {
                pending.extend(rows.iter().filter_map(|row| message_name(row, &prefix)));
            }
        }
        for name in wanted {
            let _ = write!(text, "{version} {name}");
            messages[format!("{prefix}{name}").as_str()]
                .iter()
                .for_each(|row| write_field(&mut text, row, &prefix));
            text.push('\n');
        }
    }
    Ok(text)
}

fn write_field(text: &mut String, row: &Row<'_>, prefix: &str) {
    let choice = if row.get("label").starts_with("oneof") { "|" } else { "" };
    let repeated = if row.get("label") == "repeated" { "*" } else { "" };
    let ty = message_name(row, prefix).unwrap_or(row.get("type").trim_start_matches('.'));
    let _ = write!(text, " {choice}{}={}:{repeated}{ty}", row.get("field"), row.get("number"));
}

/// The message that a field holds.
fn message_name<'a>(row: &Row<'a>, prefix: &str) -> Option<&'a str> {
    row.get("type").strip_prefix('.').and_then(|name| name.strip_prefix(prefix))
}
