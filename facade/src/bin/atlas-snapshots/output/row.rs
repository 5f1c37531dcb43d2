//! What is printed in rows, and the trait of the output formats.

use std::borrow::Cow;
use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// What one row is about. JSON has what it serializes to, the other formats have its columns.
pub(crate) trait Row: Serialize + Sized + 'static {
    /// Every column. Programs rely on their order; new ones go to the end.
    const COLUMNS: &'static [Column<Self>];

    /// The titles of columns to leave out where the terminal is narrow, the least important first.
    const DISPENSABLE: &'static [&'static str];
}

/// One column.
pub(crate) struct Column<R> {
    /// The name in JSON, and in machine-readable headers.
    pub(crate) name: &'static str,
    /// The title for a person.
    pub(crate) title: &'static str,
    /// Whether a table shows it.
    pub(crate) in_table: InTable,
    /// The value as text; `None` when absent.
    pub(crate) value: fn(&R) -> Option<Cow<'_, str>>,
}

/// When a table shows a column. Files always have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InTable {
    /// Before the others, where the rows can be of several projects.
    OfProjects,
    /// Before the others, where the rows can be of several clusters.
    OfClusters,
    Always,
    /// Where a row fills it: what only one of the APIs has.
    Filled,
    /// It has the same value in every row, or that of another column, or is too long.
    Never,
}

/// What the rows of a table can differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    OneCluster,
    OneProject,
    Projects,
}

/// Turns rows into text, which is appended to `out`.
pub(crate) trait Output<R> {
    /// A row; where the format allows it, whole and ready to be printed.
    fn row(&mut self, row: &R, out: &mut Vec<u8>) -> io::Result<()>;

    /// What belongs after the last row of a whole listing. Without any row, this is an empty list.
    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()>;

    /// What belongs after the last row of a listing that is not whole: nothing that would make it
    /// look like a whole one.
    fn stop(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    /// What a person should know about what was printed.
    fn notice(&self) -> Option<String> {
        None
    }
}

/// As JSON has it: `2025-05-04T09:42:00Z`, with fractions of a second only where there are any.
pub(crate) fn date(time: DateTime<Utc>) -> Cow<'static, str> {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
}
