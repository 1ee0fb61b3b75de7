//! A table of aligned columns, which is Markdown as well.

use std::io::{self, Write as _};

/// Rows of as many cells as there are heads.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(heads: &[&str]) -> Self {
        let heads: Vec<String> = heads.iter().copied().map(str::to_owned).collect();
        Self { rows: vec![heads] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out)?;
        for (number, line) in self.lines().iter().enumerate() {
            writeln!(out, "{line}")?;
            if number == 0 {
                let dashes: String = line
                    .chars()
                    .map(|c| if c == '|' { '|' } else { '-' })
                    .collect();
                writeln!(out, "{dashes}")?;
            }
        }
        writeln!(out)
    }

    fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell: &String| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths);
            let cells: Vec<_> = cells
                .map(|(cell, width)| format!(" {cell:width$} "))
                .collect();
            format!("|{}|", cells.join("|"))
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["who", "ms"]);
        table.row(vec!["product".to_owned(), "1".to_owned()]);
        assert_eq!(table.lines(), ["| who     | ms |", "| product | 1  |"]);
    }
}
