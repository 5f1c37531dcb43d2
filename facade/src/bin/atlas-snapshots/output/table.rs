//! The table for reading, fitted to the width of the terminal.

use std::borrow::Cow;
use std::env;
use std::io::{self, Write};

use atlas_snapshots::Snapshot;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use terminal_size::{Width, terminal_size_of};

use super::columns::{COLUMNS, InTable, Output};

/// What to leave out where the terminal is narrow, the least important first.
const DISPENSABLE: [&str; 7] = [
    "INSTANCE",
    "VERSION",
    "STARTED",
    "SCHEDULED",
    "FREQUENCY",
    "EXPIRES",
    "TYPE",
];

/// Blanks between two columns.
const GAP: u16 = 2;

/// Characters of a value that are shown; no documented value comes near.
const LONGEST: usize = 100;

/// A table for reading. Widths depend on every row, so it is printed at the end.
pub(crate) struct TableOutput {
    table: Table,
    /// Which columns a row has filled.
    filled: [bool; COLUMNS.len()],
    /// Titles left out for lack of space.
    left_out: Vec<&'static str>,
}

impl TableOutput {
    pub(crate) fn new() -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(COLUMNS.iter().map(|column| column.title));
        for (column, shape) in COLUMNS.iter().zip(table.column_iter_mut()) {
            shape.set_padding((0, GAP));
            if column.title == "BYTES" {
                shape.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self {
            table,
            filled: [false; COLUMNS.len()],
            left_out: Vec::new(),
        }
    }

    /// Leaves out columns, and in the end wraps cells, until the table is no wider than `width`.
    fn fit(&mut self, width: u16) {
        for title in DISPENSABLE {
            if self.natural_width() <= width {
                break;
            }
            if self.hide(title) {
                self.left_out.push(title);
            }
        }
        self.table
            .set_content_arrangement(ContentArrangement::Dynamic)
            // The last column's gap may hang over the edge: it is trimmed.
            .set_width(width.saturating_add(GAP));
    }

    fn natural_width(&self) -> u16 {
        let widths = self.table.column_max_content_widths();
        let shown = self.table.column_iter().zip(widths);
        shown
            .filter(|(column, _)| !column.is_hidden())
            .map(|(_, width)| width.saturating_add(GAP))
            .fold(0, u16::saturating_add)
            .saturating_sub(GAP)
    }

    /// False where the column was hidden before.
    fn hide(&mut self, title: &str) -> bool {
        let columns = COLUMNS.iter().zip(self.table.column_iter_mut());
        let mut shown =
            columns.filter(|(column, shape)| column.title == title && !shape.is_hidden());
        let found = shown.next();
        found.is_some_and(|(_, shape)| {
            shape.set_constraint(ColumnConstraint::Hidden);
            true
        })
    }
}

impl Output for TableOutput {
    fn row(&mut self, snapshot: &Snapshot, _out: &mut Vec<u8>) -> io::Result<()> {
        let values = COLUMNS.each_ref().map(|column| (column.value)(snapshot));
        for (filled, value) in self.filled.iter_mut().zip(&values) {
            *filled |= value.is_some();
        }
        let shown = |value: Cow<'_, str>| legible(&value);
        self.table
            .add_row(values.map(|value| value.map_or_else(|| "-".to_owned(), shown)));
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        for (column, filled) in COLUMNS.iter().zip(self.filled) {
            let is_shown = match column.in_table {
                InTable::Always => true,
                InTable::Filled => filled,
                InTable::Never => false,
            };
            if !is_shown {
                self.hide(column.title);
            }
        }
        if let Some(width) = width_of_stdout() {
            self.fit(width);
        }
        for line in self.table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn notice(&self) -> Option<String> {
        let columns = self.left_out.join(", ");
        (!columns.is_empty())
            .then(|| format!("no space for {columns}; --output csv has every column"))
    }
}

/// The value without control characters, which are commands to a terminal, and not too long.
fn legible(value: &str) -> String {
    let mut text = value.replace(char::is_control, "\u{fffd}");
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The width of the terminal, or else what `COLUMNS` says; `None` in a pipe, where a row
/// stays on one line.
fn width_of_stdout() -> Option<u16> {
    let terminal = terminal_size_of(io::stdout()).map(|(Width(width), _)| width);
    terminal
        .or_else(|| env::var("COLUMNS").ok()?.parse().ok())
        .filter(|width| *width > 0)
}
