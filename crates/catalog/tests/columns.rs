//! The columns of every resource are those of the published list of printers.

mod shared;

use pintle_catalog::catalog;
use pintle_schema::resource::{Cell, Column};
use std::collections::BTreeMap;

#[test]
fn columns_are_the_published_ones() {
    let Some(facts) = shared::facts() else { return };
    let printers = printers(&std::fs::read_to_string(facts.join("printers.tsv")).unwrap());
    let (mut own, mut problems) = (0, Vec::new());
    for resource in catalog().resources() {
        let kind = resource.names.kind.as_str();
        own += usize::from(printers.contains_key(kind));
        let published = printers.get(kind).unwrap_or_else(|| &printers["*"]);
        for version in &resource.versions {
            // Printers speak of the internal type; this is the one member that a served type calls otherwise.
            let internal = |line: String| match resource.group.as_str() {
                "events.k8s.io" => line.replace(".regarding", ".involvedObject"),
                _ => line,
            };
            let ours: Vec<String> = version.columns.iter().map(|column| internal(line(column))).collect();
            if ours != *published {
                let name = format!("{}/{}", version.kind.group_version(), resource.names.plural);
                problems.push(format!("{name}:\n  ours {ours:?}\n  published {published:?}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(own > 50, "only {own} resources have columns of their own");
}

#[test]
fn cells_lie_where_their_columns_say() {
    let mut problems = Vec::new();
    for resource in catalog().resources() {
        for version in &resource.versions {
            for column in &version.columns {
                let (Cell::Path(path)
                | Cell::Age(path)
                | Cell::Len(path)
                | Cell::Labels(path)
                | Cell::Selector(path)) = &column.cell
                else {
                    continue;
                };
                if version.schema.type_at(path).is_none() {
                    let name = format!("{}/{}", version.kind.group_version(), resource.names.plural);
                    problems.push(format!("{name} has nothing at {}", path.join(".")));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The columns of each kind, as `name|type|format|priority|source`; `*` is every kind without its own.
fn printers(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut printers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let fields: Vec<&str> = row.split('\t').collect();
        let columns = printers.entry(fields[0].to_owned()).or_default();
        columns.push(fields[2..7].join("|"));
        assert_eq!(fields[1], columns.len().to_string(), "columns of {} are out of order", fields[0]);
    }
    printers
}

/// A column in the same form.
fn line(column: &Column) -> String {
    let (prefix, path) = match &column.cell {
        Cell::Path(path) => ("", path),
        Cell::Age(path) => ("age:", path),
        Cell::Len(path) => ("len:", path),
        Cell::Labels(path) => ("labels:", path),
        Cell::Selector(path) => ("selector:", path),
        Cell::Computed => ("code", &Vec::new()),
    };
    let path: String = path.iter().map(|member| format!(".{member}")).collect();
    let Column { name, ty, format, priority, .. } = column;
    format!("{name}|{ty}|{format}|{priority}|{prefix}{path}")
}
