//! How rows are printed.

mod columns;
mod csv;
mod json;
mod ndjson;
mod table;

use std::io;

use atlas_snapshots::Snapshot;
use clap::ValueEnum;

/// Turns rows into text, which it leaves behind in `out`.
pub(crate) trait Output {
    /// A row; where the format allows it, whole and ready to be shown.
    fn row(&mut self, snapshot: &Snapshot, out: &mut Vec<u8>) -> io::Result<()>;

    /// What belongs after the last row. Without any row, this is an empty list.
    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()>;

    /// What the reader should know about what was printed.
    fn notice(&self) -> Option<String> {
        None
    }
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
    /// Whether a second run can go on where a first one stopped.
    pub(crate) fn can_be_continued(self) -> bool {
        matches!(self, Self::Ndjson | Self::Csv)
    }

    /// Starts printing, perhaps behind rows that an earlier run has printed.
    pub(crate) fn open(self, continued: bool) -> Box<dyn Output> {
        match self {
            Self::Table => Box::new(table::TableOutput::new()),
            Self::Json => Box::new(json::JsonOutput::default()),
            Self::Ndjson => Box::new(ndjson::NdjsonOutput),
            Self::Csv => Box::new(csv::CsvOutput::new(continued)),
        }
    }
}
