//! Resources: names, verbs, versions, columns and strategies become one file of facts.

use super::openapi::Published;
use super::table::{Row, Table};
use crate::failure::Failure;
use pintle_meta::value::{Value, parse};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// What the reference's watch cache finds objects by besides their names (`Indexers` and `TriggerPublisherFuncs` of its
/// registries). No table says it.
const INDEXED: [((&str, &str), &str); 1] = [(("core", "pods"), "spec.nodeName")];

/// Makes the facts.
pub(crate) fn make(facts: &Path, published: &Published) -> Result<String, Failure> {
    let resources = Table::read(&facts.join("resources.tsv"))?;
    let strategies = Table::read(&facts.join("strategies.tsv"))?;
    let printers = Table::read(&facts.join("printers.tsv"))?;
    let mut text = String::new();
    for group in group_order(&facts.join("discovery"))? {
        let _ = writeln!(text, "group {group}");
    }
    let mut by_name: BTreeMap<(&str, &str), Vec<Row<'_>>> = BTreeMap::new();
    for row in resources.rows() {
        by_name.entry((row.get("group"), row.get("plural"))).or_default().push(row);
    }
    for versions in by_name.values_mut() {
        versions.sort_by_key(|row| version_rank(row.get("version")));
        write_resource(&mut text, versions, &strategies, &printers, published);
    }
    Ok(text)
}

/// Core first, then the groups of the aggregated discovery document, each with its versions, preferred first.
fn group_order(folder: &Path) -> Result<Vec<String>, Failure> {
    let path = folder.join("aggregated_apis.json");
    let bytes = std::fs::read(&path).map_err(|error| Failure::file(&path, error))?;
    let document = parse(&bytes).map_err(|error| Failure::file(&path, error))?;
    let body = document.get("body").unwrap_or(&document);
    let items =
        body.get("items").and_then(Value::as_list).ok_or_else(|| Failure::file(&path, "has no items"))?;
    let mut order = vec!["core v1".to_owned()];
    for item in items {
        let versions = item.get("versions").and_then(Value::as_list).into_iter().flatten();
        let versions: Vec<&str> = versions.map(|version| version.text_at(&["version"])).collect();
        order.push(format!("{} {}", item.text_at(&["metadata", "name"]), versions.join(" ")));
    }
    Ok(order)
}

/// Stable versions first, newer before older.
fn version_rank(version: &str) -> (u8, i64) {
    let stage = u8::from(version.contains("beta")) + 2 * u8::from(version.contains("alpha"));
    let digits: String = version.chars().filter(char::is_ascii_digit).collect();
    (stage, -digits.parse::<i64>().unwrap_or_default())
}

fn write_resource(
    text: &mut String,
    versions: &[Row<'_>],
    strategies: &Table,
    printers: &Table,
    published: &Published,
) {
    let Some(first) = versions.first() else { return };
    let (group, plural, kind) = (first.get("group"), first.get("plural"), first.get("kind"));
    let scope = if first.get("namespaced") == "true" { "namespaced" } else { "cluster" };
    let _ = writeln!(text, "resource {group} {plural} {} {kind} {scope}", first.get("singular"));
    for (column, word) in [("shortNames", "short"), ("categories", "categories")] {
        if first.get(column) != "-" {
            let _ = writeln!(text, "  {word} {}", first.get(column));
        }
    }
    if let Some(prefix) = first.get("etcdKey").strip_prefix("/registry/") {
        let prefix = prefix.split("/{").next().unwrap_or_default();
        let indexed = INDEXED.iter().filter(|(of, _)| *of == (group, plural));
        let indexed: String = indexed.map(|(_, members)| format!(" {members}")).collect();
        let _ = writeln!(text, "  store {prefix} {}{indexed}", storage_kind(first));
    }
    let key = |row: &Row<'_>| match row.get("group") {
        "core" => format!("{}/{plural}", row.get("version")),
        group => format!("{group}/{}/{plural}", row.get("version")),
    };
    let strategy = |row: &Row<'_>, sub: &str| {
        let key = key(row);
        strategies.rows().find(|row| row.get("resource") == key && row.get("subresource") == sub)
    };
    if let Some(row) = versions.iter().find_map(|row| strategy(row, "-")) {
        let _ = writeln!(text, "  strategy{}", strategy_words(&row, published.deletes_to_status(first)));
    }
    if plural == "pods" && group == "core" {
        text.push_str("  graceful\n");
    }
    write_columns(text, group, kind, printers);
    for row in versions {
        let served = if row.get("enabled_by_default") == "on" { "on" } else { "off" };
        let _ = writeln!(text, "  version {} {served} {kind} {}", row.get("version"), row.get("verbs"));
        if let Some(fields) = strategy(row, "-").map(|row| row.get("selectable_fields").to_owned()) {
            let fields = fields.replace(" (when namespaced)", "");
            if !matches!(fields.as_str(), "-" | "") && !fields.contains('*') {
                let _ = writeln!(text, "    fields {fields}");
            }
        }
        for sub in row.get("subresources").split(';').filter(|sub| *sub != "-" && !sub.is_empty()) {
            let resets = |name: &str| strategy(row, name).map(|row| row.get("reset_fields"));
            write_subresource(text, row, sub, resets, published);
        }
    }
}

fn storage_kind(row: &Row<'_>) -> String {
    let (kind, version) = (row.get("kind"), row.get("storageVersion"));
    match version {
        "-" => format!("{}/{kind}", row.get("version")),
        version => format!("{version}/{kind}"),
    }
}

/// `status=apps/v1.Deployment[get,patch,update]`
fn write_subresource<'a>(
    text: &mut String,
    row: &Row<'_>,
    written: &str,
    resets: impl Fn(&str) -> Option<&'a str>,
    published: &Published,
) {
    let Some((name, rest)) = written.split_once('=') else { return };
    let Some((kind, verbs)) = rest.trim_end_matches(']').split_once('[') else { return };
    let (group_version, kind) = kind.rsplit_once('.').unwrap_or((row.get("version"), kind));
    let _ = write!(text, "    sub {name} {group_version}/{kind} {verbs}");
    let resets = resets(name).unwrap_or("-");
    if resets != "-" {
        let _ = write!(text, " resets={}", members(resets));
    }
    text.push_str(&published.access(row, name));
    text.push('\n');
}

fn strategy_words(row: &Row<'_>, deletes_to_status: bool) -> String {
    let mut words = String::new();
    let mut word = |text: &str| {
        words.push(' ');
        words.push_str(text);
    };
    if row.is("create_on_update") {
        word("create-on-update");
    }
    if row.is("unconditional_update") {
        word("unconditional");
    }
    if let Some(generation) = generation(row.get("generation_rule")) {
        word(&format!("generation={generation}"));
    }
    match row.get("name_validator") {
        "DNS-1123 subdomain" => {}
        "path segment" => word("name=path-segment"),
        "DNS-1123 label" => word("name=label"),
        text if text.starts_with("create: DNS-1123 label") => word("name=label"),
        _ => word("name=own"),
    }
    match row.get("default_gc_policy") {
        "OrphanDependents" => word("orphan"),
        "Unsupported" => word("no-gc"),
        _ => {}
    }
    if row.is("returns_deleted_object") {
        word(if deletes_to_status { "returns-deleted=status" } else { "returns-deleted" });
    }
    if row.get("reset_fields") != "-" {
        word(&format!("resets={}", members(row.get("reset_fields"))));
    }
    words
}

/// `FIRST:MEMBERS`: whether a create starts at 1, and what moves it on.
fn generation(rule: &str) -> Option<String> {
    let first = if rule.starts_with("create=1") { "1" } else { "-" };
    let changed = match rule.split_once("+1 when ").map(|(_, rest)| rest) {
        Some("spec differs") => "spec",
        Some("webhooks differs") => "webhooks",
        Some("template differs") => "template",
        Some("spec.template or spec differs") => "spec",
        Some("spec or annotations differs") => "spec,metadata.annotations",
        Some("the object without metadata or labels differs") => "*,metadata.labels",
        Some(_) => "*",
        None if first == "1" => "",
        None => return None,
    };
    Some(format!("{first}:{changed}"))
}

/// `.status,.metadata.labels` -> `status,metadata.labels`
fn members(written: &str) -> String {
    let names: Vec<&str> = written.split(',').map(|name| name.trim().trim_start_matches('.')).collect();
    names.join(",")
}

fn write_columns(text: &mut String, group: &str, kind: &str, printers: &Table) {
    let mut own: Vec<Row<'_>> = printers.rows().filter(|row| row.get("kind") == kind).collect();
    own.sort_by_key(|row| row.get("seq").parse::<u32>().unwrap_or_default());
    for row in own {
        let source = published_path(group, row.get("source"));
        let cells = [row.get("name"), row.get("type"), row.get("format"), row.get("priority"), &source];
        let _ = writeln!(text, "  column {}", cells.join("|"));
    }
}

/// Printers name members as the internal type does; only the events API calls one of them otherwise.
fn published_path(group: &str, source: &str) -> String {
    match group {
        "events.k8s.io" => source.replace(".involvedObject", ".regarding"),
        _ => source.to_owned(),
    }
}
