//! How rows are printed.

mod columns;
mod csv;
mod json;
mod ndjson;
mod table;

use std::io::{self, BufWriter, Write};

use atlas_snapshots::Snapshot;
use clap::ValueEnum;

/// Takes rows as they arrive.
pub(crate) trait Output {
    /// Prints a row, perhaps into a buffer.
    fn row(&mut self, snapshot: &Snapshot) -> io::Result<()>;

    /// Makes every row so far visible, where the format allows it.
    fn flush(&mut self) -> io::Result<()>;

    /// Prints what belongs after the last row. Without any row, this is an empty list.
    fn finish(&mut self) -> io::Result<()>;
}

/// What `--output` accepts.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For reading; printed at the end, fitted to the width of the terminal
    Table,
    /// One array of objects
    Json,
    /// One object a line, as they arrive
    Ndjson,
    /// A header and one line a snapshot, as they arrive
    Csv,
}

impl Format {
    /// Starts printing to `out`; nothing is written before the first row.
    pub(crate) fn open(self, out: impl Write + 'static) -> Box<dyn Output> {
        let out = BufWriter::new(out);
        match self {
            Self::Table => Box::new(table::TableOutput::new(out)),
            Self::Json => Box::new(json::JsonOutput::new(out)),
            Self::Ndjson => Box::new(ndjson::NdjsonOutput::new(out)),
            Self::Csv => Box::new(csv::CsvOutput::new(out)),
        }
    }
}
