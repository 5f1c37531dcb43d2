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

/// More than the 500 rows of a page take.
const PAGE_BYTES: usize = 1 << 20;

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

    /// Starts printing to `out`, perhaps behind what an earlier run has printed; nothing is
    /// written before the first row.
    pub(crate) fn open(self, out: impl Write + 'static, continued: bool) -> Box<dyn Output> {
        // Room for a page: rows become visible together with the checkpoint that covers them.
        let out = BufWriter::with_capacity(PAGE_BYTES, out);
        match self {
            Self::Table => Box::new(table::TableOutput::new(out)),
            Self::Json => Box::new(json::JsonOutput::new(out)),
            Self::Ndjson => Box::new(ndjson::NdjsonOutput::new(out)),
            Self::Csv => Box::new(csv::CsvOutput::new(out, continued)),
        }
    }
}
