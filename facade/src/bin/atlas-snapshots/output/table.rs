//! The table for reading, fitted to the width of the terminal.

use std::env;
use std::io::{self, Write};
use std::iter;
use std::marker::PhantomData;

use comfy_table::Width::Fixed;
use comfy_table::{CellAlignment, ColumnConstraint, Table, presets};
use terminal_size::{Width, terminal_size_of};

use super::row::{InTable, Output, Row, Scope};
use crate::legible::legible;

/// Blanks between two columns.
const GAP: u16 = 2;

/// Characters of a value that are shown; no documented value comes near.
const LONGEST: usize = 100;

/// Rows that are laid out at once, because a cell takes hundreds of bytes while it is.
const BLOCK: usize = 1_000;

/// A table for reading. Widths depend on every row, so it is printed at the end.
pub(crate) struct TableOutput<R> {
    scope: Scope,
    /// One line for each row, with a tab behind each cell: a cell contains neither.
    rows: String,
    /// Which columns a row has filled.
    filled: Vec<bool>,
    /// Titles left out for lack of space.
    left_out: Vec<&'static str>,
    row: PhantomData<R>,
}

impl<R: Row> TableOutput<R> {
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            scope,
            rows: String::new(),
            filled: vec![false; R::COLUMNS.len()],
            left_out: Vec::new(),
            row: PhantomData,
        }
    }

    /// The places of all columns in the order in which the table shows them.
    fn order() -> Vec<usize> {
        let mut order: Vec<usize> = (0..R::COLUMNS.len()).collect();
        // A stable sort: the others keep their order.
        order.sort_by_key(|&index| match R::COLUMNS[index].in_table {
            InTable::OfProjects => 0,
            InTable::OfClusters => 1,
            _ => 2,
        });
        order
    }

    /// The rows, some at a time, below the header.
    fn blocks(&self) -> impl Iterator<Item = Table> {
        let order = Self::order();
        let mut rows: Vec<&str> = self.rows.lines().collect();
        if self.scope > Scope::OneCluster {
            // Stable: the rows of a cluster keep their order.
            rows.sort_by_key(|row| {
                let mut cells = row.split('\t');
                (cells.next(), cells.next())
            });
        }
        let mut rows = rows.into_iter().peekable();
        let mut is_first = true;
        iter::from_fn(move || {
            let mut table = Table::new();
            if std::mem::take(&mut is_first) {
                table.set_header(order.iter().map(|&index| R::COLUMNS[index].title));
            } else {
                rows.peek()?;
            }
            for row in rows.by_ref().take(BLOCK) {
                table.add_row(row.split_terminator('\t'));
            }
            table.load_style(presets::NOTHING);
            Some(table)
        })
    }

    /// The columns to show, with the widths of their widest cells.
    fn columns(&self) -> Vec<Shown> {
        let mut widths = vec![0; R::COLUMNS.len()];
        for block in self.blocks() {
            for (widest, width) in widths.iter_mut().zip(block.column_max_content_widths()) {
                *widest = width.max(*widest);
            }
        }
        let columns = Self::order().into_iter().zip(widths).enumerate();
        columns
            .filter(|(_, (column, _))| match R::COLUMNS[*column].in_table {
                InTable::OfProjects => self.scope == Scope::Projects,
                InTable::OfClusters => self.scope >= Scope::OneProject,
                InTable::Always => true,
                InTable::Filled => self.filled[*column],
                InTable::Never => false,
            })
            .map(|(index, (column, width))| Shown {
                index,
                title: R::COLUMNS[column].title,
                width,
            })
            .collect()
    }

    /// Leaves out columns, and in the end narrows cells, until a line is no longer than `limit`.
    fn fit(&mut self, columns: &mut Vec<Shown>, limit: u16) {
        for &title in R::DISPENSABLE {
            if length(columns) <= limit {
                return;
            }
            if let Some(index) = columns.iter().position(|column| column.title == title) {
                columns.remove(index);
                self.left_out.push(title);
            }
        }
        while length(columns) > limit {
            // The last one of equals, so that the first ones are legible the longest.
            match columns.iter_mut().max_by_key(|column| column.width) {
                Some(widest) if widest.width > 1 => widest.width -= 1,
                _ => return,
            }
        }
    }
}

/// A column that is shown.
struct Shown {
    /// Its place in the table with all columns.
    index: usize,
    title: &'static str,
    /// Characters of its cells.
    width: u16,
}

/// The length of a line.
fn length(columns: &[Shown]) -> u16 {
    let widths = columns
        .iter()
        .map(|column| column.width.saturating_add(GAP));
    widths.fold(0, u16::saturating_add).saturating_sub(GAP)
}

/// Gives the columns of a block their widths. Longer cells are wrapped.
fn set_widths(block: &mut Table, columns: &[Shown]) {
    for (index, shape) in block.column_iter_mut().enumerate() {
        let Some(column) = columns.iter().find(|column| column.index == index) else {
            shape.set_constraint(ColumnConstraint::Hidden);
            continue;
        };
        let width = column.width.saturating_add(GAP);
        shape
            .set_padding((0, GAP))
            .set_constraint(ColumnConstraint::Absolute(Fixed(width)));
        if column.title == "BYTES" {
            shape.set_cell_alignment(CellAlignment::Right);
        }
    }
}

impl<R: Row> Output<R> for TableOutput<R> {
    fn row(&mut self, row: &R, _out: &mut Vec<u8>) -> io::Result<()> {
        for column in Self::order() {
            let value = (R::COLUMNS[column].value)(row);
            self.filled[column] |= value.is_some();
            let text = value.map_or_else(|| "-".to_owned(), |value| cell(&value));
            self.rows.push_str(&text);
            self.rows.push('\t');
        }
        self.rows.push('\n');
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let mut columns = self.columns();
        if let Some(width) = width_of_stdout() {
            self.fit(&mut columns, width);
        }
        for mut block in self.blocks() {
            set_widths(&mut block, &columns);
            for line in block.lines() {
                writeln!(out, "{}", line.trim_end())?;
            }
        }
        Ok(())
    }

    fn stop(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.finish(out)?;
        writeln!(out, "(partial: the listing did not reach its end)")
    }

    fn notice(&self) -> Option<String> {
        let columns = self.left_out.join(", ");
        (!columns.is_empty())
            .then(|| format!("no space for {columns}; --output csv has every column"))
    }
}

/// The value as it may reach a terminal, and not too long.
fn cell(value: &str) -> String {
    let mut text = legible(value);
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
