//! Struct types: go-fields.tsv becomes one file of facts per Go package.

use super::openapi::Published;
use super::table::{Row, Table};
use crate::failure::Failure;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

/// Makes the facts: package file name to text.
pub(crate) fn make(facts: &Path, published: &Published) -> Result<BTreeMap<String, String>, Failure> {
    let table = Table::read(&facts.join("go-fields.tsv"))?;
    let mut structs: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in table.rows() {
        structs.entry(row.get("openapi_name")).or_default().push(row);
    }
    let wanted = reachable(&structs);
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (name, rows) in structs.iter().filter(|(name, _)| wanted.contains(*name)) {
        let (package, bare) = split(name)?;
        let text = files.entry(file_name(package)).or_default();
        let heading = format!("package {package}\n");
        if !text.contains(&heading) {
            text.push_str(&heading);
        }
        write_struct(text, published, package, name, bare, rows);
    }
    Ok(files)
}

/// Types that objects of other types hold as text, in annotations.
const HELD_AS_TEXT: [&str; 2] =
    ["io.k8s.api.autoscaling.v1.MetricSpec", "io.k8s.api.autoscaling.v1.MetricStatus"];

/// Every type of a tier that is served, stored or sent, and what those refer to.
fn reachable<'a>(structs: &BTreeMap<&'a str, Vec<Row<'a>>>) -> HashSet<&'a str> {
    let mut wanted: HashSet<&str> = HashSet::new();
    let mut pending: Vec<&str> = structs
        .iter()
        .filter(|(_, rows)| rows.iter().any(|row| row.get("tier") != "scheme"))
        .map(|(name, _)| *name)
        .chain(HELD_AS_TEXT)
        .collect();
    while let Some(name) = pending.pop() {
        if let Some((name, rows)) = structs.get_key_value(name).filter(|_| wanted.insert(name)) {
            let _ = name;
            pending.extend(rows.iter().map(|row| row.get("elem_type")));
        }
    }
    wanted
}

fn write_struct(
    text: &mut String,
    published: &Published,
    package: &str,
    name: &str,
    bare: &str,
    rows: &[Row<'_>],
) {
    let atomic = rows.iter().any(|row| row.get("type_map_type") == "atomic");
    let _ = writeln!(text, "struct {bare}{}", if atomic { " atomic" } else { "" });
    let mut rows: Vec<&Row<'_>> = rows.iter().filter(|row| row.get("ordinal") != "0").collect();
    rows.sort_by_key(|row| row.get("ordinal").parse::<u32>().unwrap_or_default());
    let numbers = promoted_numbers(&rows);
    for row in rows {
        if row.is("inline") {
            if !row.get("pb_number").is_empty() {
                let (go_name, number) = (row.get("go_field"), row.get("pb_number"));
                let _ = writeln!(
                    text,
                    "  inline {go_name} {number} {}",
                    reference(row.get("elem_type"), package)
                );
            }
        } else if !row.get("json_name").is_empty() {
            write_field(text, published, package, name, row, &numbers);
        }
    }
}

/// Go gives promoted fields no number of their own here; they have one in the inlined struct.
fn promoted_numbers<'a>(rows: &[&Row<'a>]) -> HashMap<&'a str, &'a str> {
    rows.iter().map(|row| (row.get("go_field"), row.get("pb_number"))).collect()
}

fn write_field(
    text: &mut String,
    published: &Published,
    package: &str,
    definition: &str,
    row: &Row<'_>,
    numbers: &HashMap<&str, &str>,
) {
    let json_name = row.get("json_name");
    let ty = type_expression(row, package);
    let number = numbers.get(row.get("go_field")).copied().filter(|number| !number.is_empty()).unwrap_or("-");
    let _ = write!(text, "  {json_name} {ty} {number}");
    let mut flag = |word: &str| {
        text.push(' ');
        text.push_str(word);
    };
    let go_name = row.get("go_field");
    if go_name != capitalized(json_name) {
        flag(&format!("as={go_name}"));
    }
    let go_type = go_type(row.get("go_field_type"), package);
    if go_type != derived_go_type(&ty, package) {
        flag(&format!("go={go_type}"));
    }
    if row.get("shape") == "list"
        && !row.get("pb_type").is_empty()
        && !row.get("pb_type").starts_with("repeated")
    {
        flag("boxed");
    }
    // An empty list of owners says something, until it has been heard.
    let omitempty = if json_name == "managedFields" { "nil" } else { "empty" };
    let switches = [("omitempty", omitempty), ("omitzero", "zero"), ("pointer", "ptr")]
        .map(|(column, word)| (row.is(column), word));
    switches.into_iter().filter(|(set, _)| *set).for_each(|(_, word)| flag(word));
    let own_rule = row.get("optional_marker") == "required"
        || (row.get("optional_marker") == "no" && !row.is("omitempty") && !row.is("omitzero"));
    if published.requires(definition, json_name).unwrap_or(own_rule) {
        flag("req");
    }
    match (row.get("list_type"), row.get("map_keys")) {
        ("", _) => {}
        ("map", keys) => flag(&format!("list=map:{keys}")),
        (list, _) => flag(&format!("list={list}")),
    }
    if !row.get("map_type").is_empty() {
        flag(&format!("members={}", row.get("map_type")));
    }
    if !row.get("patch_strategy").is_empty() || !row.get("merge_key").is_empty() {
        flag(&format!("patch={}:{}", row.get("patch_strategy"), row.get("merge_key")));
    }
    if !row.get("default_marker").is_empty() {
        flag(&format!("default={}", row.get("default_marker")));
    }
    if !row.get("enum").is_empty() {
        flag(&format!("enum={}", row.get("enum").replace(' ', "%20")));
    }
    text.push('\n');
}

/// The type of a field: `string`, `[]@Volume`, `map quantity`...
fn type_expression(row: &Row<'_>, package: &str) -> String {
    let element = element(row.get("elem_type"), package);
    match row.get("shape") {
        "list" if row.get("go_field_type").contains("[]*") => format!("[]*{element}"),
        "list" => format!("[]{element}"),
        "map" => format!("map:{element}"),
        "bytes" => "bytes".to_owned(),
        _ => element,
    }
}

fn element(name: &str, package: &str) -> String {
    if let Some(inner) = name.strip_prefix("list:") {
        return format!("[]{}", element(inner, package));
    }
    let special = match name {
        "io.k8s.apimachinery.pkg.apis.meta.v1.Time" | "time.Time" => "time",
        "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime" => "micro-time",
        "io.k8s.apimachinery.pkg.apis.meta.v1.Duration" | "time.Duration" => "duration",
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => "quantity",
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => "int-or-string",
        "io.k8s.apimachinery.pkg.runtime.RawExtension"
        | "io.k8s.apimachinery.pkg.runtime.Unknown"
        | "io.k8s.apimachinery.pkg.runtime.Object" => "raw",
        "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1" => "fields-v1",
        "interface" => "json",
        _ if name.ends_with(".JSON") => "json",
        _ if name.ends_with(".JSONSchemaPropsOrArray") => "schema-or-array",
        _ if name.ends_with(".JSONSchemaPropsOrBool") => "schema-or-bool",
        _ if name.ends_with(".JSONSchemaPropsOrStringArray") => "schema-or-strings",
        _ if name.starts_with("io.k8s") => return reference(name, package),
        scalar => scalar,
    };
    special.to_owned()
}

/// A struct by its bare name within its own package.
fn reference(name: &str, package: &str) -> String {
    match name.rsplit_once('.') {
        Some((home, bare)) if home == package => format!("@{bare}"),
        _ => format!("@{name}"),
    }
}

/// A Go type as reflect prints it, without the pointer.
fn go_type(written: &str, package: &str) -> String {
    if let Some(inner) = written.strip_prefix('*') {
        return go_type(inner, package);
    }
    if let Some(inner) = written.strip_prefix("[]") {
        let star = if inner.starts_with('*') { "*" } else { "" };
        return format!("[]{star}{}", go_type(inner, package)).replace("byte", "uint8");
    }
    if let Some((key, value)) = written.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return format!("map[{}]{}", go_type(key, package), go_type(value, package));
    }
    let own = package.rsplit('.').next().unwrap_or_default();
    match written.split_once('.') {
        Some((alias, name)) => format!("{}.{name}", real_package(alias)),
        None if written.starts_with(char::is_uppercase) => format!("{own}.{written}"),
        None => written.to_owned(),
    }
}

/// Import aliases of packages whose name is their version.
fn real_package(alias: &str) -> &str {
    match alias {
        "metav1" | "corev1" | "authenticationv1" | "authorizationv1" | "apiv1" | "authnv1" | "batchv1" => {
            "v1"
        }
        other => other,
    }
}

/// The Go type that the loader gives a field when nothing else is said.
fn derived_go_type(ty: &str, package: &str) -> String {
    let own = package.rsplit('.').next().unwrap_or_default();
    if let Some(inner) = ty.strip_prefix("[]*") {
        return format!("[]*{}", derived_go_type(inner, package));
    }
    if let Some(inner) = ty.strip_prefix("[]") {
        return format!("[]{}", derived_go_type(inner, package));
    }
    if let Some(inner) = ty.strip_prefix("map:") {
        return format!("map[string]{}", derived_go_type(inner, package));
    }
    match ty {
        "bytes" => "[]uint8".to_owned(),
        "time" => "v1.Time".to_owned(),
        "micro-time" => "v1.MicroTime".to_owned(),
        "duration" => "v1.Duration".to_owned(),
        "quantity" => "resource.Quantity".to_owned(),
        "int-or-string" => "intstr.IntOrString".to_owned(),
        "raw" => "runtime.RawExtension".to_owned(),
        "fields-v1" => "v1.FieldsV1".to_owned(),
        "json" => format!("{own}.JSON"),
        "schema-or-array" => format!("{own}.JSONSchemaPropsOrArray"),
        "schema-or-bool" => format!("{own}.JSONSchemaPropsOrBool"),
        "schema-or-strings" => format!("{own}.JSONSchemaPropsOrStringArray"),
        _ => match ty.strip_prefix('@') {
            Some(name) => match name.rsplit_once('.') {
                Some((home, bare)) => format!("{}.{bare}", home.rsplit('.').next().unwrap_or_default()),
                None => format!("{own}.{name}"),
            },
            None => ty.to_owned(),
        },
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn split(name: &str) -> Result<(&str, &str), Failure> {
    name.rsplit_once('.').ok_or_else(|| Failure::Found(format!("a definition without a package: {name}")))
}

/// `io.k8s.api.core.v1` -> `core.v1`; packages that are no API version share one file.
fn file_name(package: &str) -> String {
    let mut parts = package.rsplit('.');
    match (parts.next(), parts.next()) {
        (Some(version), Some(group))
            if version.starts_with('v') && version[1..].starts_with(char::is_numeric) =>
        {
            format!("{group}.{version}")
        }
        _ => "machinery".to_owned(),
    }
}
