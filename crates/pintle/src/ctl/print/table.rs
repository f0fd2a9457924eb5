//! Rows under headers, as etcdctl prints them.

use super::Format;

/// A table in the making.
#[derive(Debug)]
pub(crate) struct Table {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Without rows.
    pub(crate) fn new(headers: &[&str]) -> Table {
        Table { headers: headers.iter().map(|header| header.replace('_', " ")).collect(), rows: Vec::new() }
    }

    /// Adds a row with a cell for each header.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.headers.len(), "a cell for each header");
        self.rows.push(cells);
    }

    /// Prints it with lines around cells, or row by row with commas between.
    pub(crate) fn print(&self, format: Format) {
        if format == Format::Table {
            print!("{}", self.drawn());
        } else {
            self.rows.iter().for_each(|row| println!("{}", row.join(", ")));
        }
    }

    fn drawn(&self) -> String {
        let widths: Vec<usize> = (0..self.headers.len()).map(|column| self.width(column)).collect();
        let rule: String = widths.iter().map(|width| format!("+{}", "-".repeat(width + 2))).collect();
        let rule = format!("{rule}+\n");
        let mut text = rule.clone();
        let headers = self.headers.iter().zip(&widths);
        text.extend(headers.map(|(header, width)| format!("| {:^width$} ", header.to_uppercase())));
        text.push_str("|\n");
        text.push_str(&rule);
        for row in &self.rows {
            text.extend(row.iter().zip(&widths).map(|(cell, width)| format!("| {cell:>width$} ")));
            text.push_str("|\n");
        }
        text.push_str(&rule);
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.chain(self.headers.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_drawn_as_etcdctl_draws_it() {
        let mut table = Table::new(&["endpoint", "raft term"]);
        table.row(vec!["127.0.0.1:2379".to_owned(), "2".to_owned()]);
        let drawn = "\
+----------------+-----------+
|    ENDPOINT    | RAFT TERM |
+----------------+-----------+
| 127.0.0.1:2379 |         2 |
+----------------+-----------+
";
        assert_eq!(table.drawn(), drawn);
    }
}
