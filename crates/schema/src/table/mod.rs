//! The Table form (meta.k8s.io): columns and cells for people, made by the server so that every client shows
//! the same.

mod cell;

use crate::partial;
use crate::resource::{Cell, Column, Resource, Version};
use pintle_meta::{List, Value};

/// What each row carries of its object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncludeObject {
    /// Nothing.
    None,
    /// Its metadata.
    #[default]
    Metadata,
    /// All of it.
    Object,
}

impl IncludeObject {
    /// From the `includeObject` parameter.
    ///
    /// # Errors
    /// The reference's text for an unknown word.
    pub fn parse(word: &str) -> Result<IncludeObject, String> {
        match word {
            "" | "Metadata" => Ok(IncludeObject::Metadata),
            "None" => Ok(IncludeObject::None),
            "Object" => Ok(IncludeObject::Object),
            other => Err(format!(
                "includeObject: Invalid value: {}: must be 'Metadata', 'Object', 'None', or empty",
                pintle_meta::field::go_quote(other)
            )),
        }
    }
}

/// A Table of `version` of meta.k8s.io. Without columns, as later events of a watch have none, they are null.
pub fn table(version: &str, columns: Option<&[Column]>, list_meta: Value, rows: Vec<Value>) -> Value {
    let definitions = match columns {
        Some(columns) => columns.iter().map(definition).collect::<Value>(),
        None => Value::Null,
    };
    Value::from([
        ("kind", "Table".into()),
        ("apiVersion", format!("meta.k8s.io/{version}").into()),
        ("metadata", list_meta),
        ("columnDefinitions", definitions),
        ("rows", Value::List(rows.into_iter().collect::<List>())),
    ])
}

/// The row of one object; `version` of meta.k8s.io is that of the table.
pub fn row(
    resource: &Resource,
    shown: &Version,
    object: &Value,
    include: IncludeObject,
    version: &str,
    now_unix_seconds: i64,
) -> Value {
    let mut computed = resource.hooks.cells(object, now_unix_seconds).into_iter();
    let columns = shown.columns.iter().map(|column| match &column.cell {
        Cell::Computed => computed.next().unwrap_or(Value::Null),
        source => cell::value(source, &shown.schema, object, now_unix_seconds),
    });
    let mut cells: Vec<Value> = columns.collect();
    // A kind may send more cells than it has columns.
    cells.extend(computed);
    let carried = match include {
        IncludeObject::None => Value::Null,
        IncludeObject::Metadata => partial::object(object, version),
        IncludeObject::Object => object.clone(),
    };
    let cells: Value = cells.into_iter().collect();
    match resource.hooks.row_conditions(object) {
        none if none.is_empty() => Value::from([("cells", cells), ("object", carried)]),
        some => {
            let conditions = some.into_iter().collect();
            Value::from([("cells", cells), ("conditions", conditions), ("object", carried)])
        }
    }
}

fn definition(column: &Column) -> Value {
    Value::from([
        ("name", column.name.clone().into()),
        ("type", column.ty.clone().into()),
        ("format", column.format.clone().into()),
        ("description", "".into()),
        ("priority", Value::Int(column.priority.into())),
    ])
}
