//! Tab-separated tables with a heading line; no quoting.

use crate::failure::Failure;
use std::collections::HashMap;
use std::path::Path;

/// A table in memory.
pub(crate) struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

/// One line of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    cells: &'a [String],
}

impl Table {
    /// Reads a file; lines that start with `#` are left out.
    pub(crate) fn read(path: &Path) -> Result<Table, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let heading = lines.next().ok_or_else(|| Failure::file(path, "is empty"))?;
        let columns = heading.split('\t').enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
        let rows = lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect();
        Ok(Table { columns, rows })
    }

    /// Its lines.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self, cells })
    }
}

impl<'a> Row<'a> {
    /// The cell in the column that is called, or begins with, `name`; "" when there is none.
    pub(crate) fn get(&self, name: &str) -> &'a str {
        let exact = self.table.columns.get(name).copied();
        let at = exact.or_else(|| {
            self.table.columns.iter().find(|(column, _)| column.starts_with(name)).map(|(_, at)| *at)
        });
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// Whether the cell says yes.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }
}
