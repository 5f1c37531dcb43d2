//! The output formats: `ndjson`, `json` and `csv` here, `table` in a module of its own.

mod columns;
mod table;

use std::io;

use atlas_snapshots::Snapshot;
use clap::ValueEnum;

use columns::COLUMNS;
pub(crate) use columns::Output;
use table::TableOutput;

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
    /// Whether a second run can continue the output of a first one.
    pub(crate) fn is_continuable(self) -> bool {
        matches!(self, Self::Ndjson | Self::Csv)
    }

    /// Starts printing, perhaps behind rows that an earlier run has printed.
    pub(crate) fn open(self, continued: bool) -> Box<dyn Output> {
        match self {
            Self::Table => Box::new(TableOutput::new()),
            Self::Json => Box::new(JsonOutput::default()),
            Self::Ndjson => Box::new(NdjsonOutput),
            Self::Csv => Box::new(CsvOutput {
                has_header: continued,
            }),
        }
    }
}

/// One JSON object a line.
struct NdjsonOutput;

impl Output for NdjsonOutput {
    fn row(&mut self, snapshot: &Snapshot, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, snapshot)?;
        out.push(b'\n');
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// One JSON array, written row by row. It is closed only where the listing is whole, so that a part
/// of one is no valid array.
#[derive(Default)]
struct JsonOutput {
    has_rows: bool,
}

impl Output for JsonOutput {
    fn row(&mut self, snapshot: &Snapshot, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(if self.has_rows { b",\n" } else { b"[\n" });
        self.has_rows = true;
        Ok(serde_json::to_writer(out, snapshot)?)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(if self.has_rows { b"\n]\n" } else { b"[]\n" });
        Ok(())
    }
}

/// Comma-separated values, quoted where RFC 4180 requires it, below a header.
struct CsvOutput {
    has_header: bool,
}

impl CsvOutput {
    fn header(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.has_header {
            return Ok(());
        }
        self.has_header = true;
        let mut line = csv::Writer::from_writer(out);
        line.write_record(COLUMNS.iter().map(|column| column.name))?;
        line.flush()
    }
}

impl Output for CsvOutput {
    fn row(&mut self, snapshot: &Snapshot, out: &mut Vec<u8>) -> io::Result<()> {
        self.header(out)?;
        let mut line = csv::Writer::from_writer(out);
        for column in &COLUMNS {
            line.write_field((column.value)(snapshot).unwrap_or_default().as_bytes())?;
        }
        // Ends the line.
        line.write_record(None::<&[u8]>)?;
        line.flush()
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.header(out)
    }
}
