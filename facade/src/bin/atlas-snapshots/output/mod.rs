//! The output formats: `ndjson`, `json` and `csv` here, `table` in a module of its own.

mod discovery_rows;
mod row;
mod snapshot_row;
mod table;

use std::borrow::Cow;
use std::io::{self, IsTerminal};

use clap::ValueEnum;

pub(crate) use discovery_rows::{ClusterRow, ProjectRow};
pub(crate) use row::{Column, InTable, Output, Row, Scope, date};
pub(crate) use snapshot_row::{RowCluster, SnapshotRow, kind_of};
use table::TableOutput;

use crate::legible::{PrintableJson, is_unprintable, legible};

/// What `--output` accepts.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// For reading; printed at the end, fitted to the width of the terminal
    Table,
    /// One array of objects
    Json,
    /// One object a line, as they arrive
    Ndjson,
    /// A header and one line a row, as they arrive
    Csv,
}

impl Format {
    /// Whether a second run can continue the output of a first one.
    pub(crate) fn is_continuable(self) -> bool {
        matches!(self, Self::Ndjson | Self::Csv)
    }

    /// Starts printing, perhaps behind rows that an earlier run has printed.
    pub(crate) fn open<R: Row>(
        self,
        scope: Scope,
        continued: bool,
        csv_safe: bool,
    ) -> Box<dyn Output<R>> {
        match self {
            Self::Table => Box::new(TableOutput::new(scope)),
            Self::Json => Box::new(JsonOutput::default()),
            Self::Ndjson => Box::new(NdjsonOutput),
            Self::Csv => Box::new(CsvOutput {
                has_header: continued,
                is_safe: csv_safe,
                is_terminal: io::stdout().is_terminal(),
            }),
        }
    }
}

/// One JSON object a line.
struct NdjsonOutput;

impl<R: Row> Output<R> for NdjsonOutput {
    fn row(&mut self, row: &R, out: &mut Vec<u8>) -> io::Result<()> {
        write_json(row, out)?;
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

impl<R: Row> Output<R> for JsonOutput {
    fn row(&mut self, row: &R, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(if self.has_rows { b",\n" } else { b"[\n" });
        self.has_rows = true;
        write_json(row, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(if self.has_rows { b"\n]\n" } else { b"[]\n" });
        Ok(())
    }
}

fn write_json(row: &impl Row, out: &mut Vec<u8>) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, PrintableJson);
    Ok(row.serialize(&mut serializer)?)
}

/// Comma-separated values, quoted where RFC 4180 requires it, below a header.
struct CsvOutput {
    has_header: bool,
    /// Whether a value that a spreadsheet would read as a formula is printed behind an apostrophe.
    is_safe: bool,
    is_terminal: bool,
}

/// What a spreadsheet reads as the beginning of a formula, as OWASP lists it.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

impl CsvOutput {
    fn header<R: Row>(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.has_header {
            return Ok(());
        }
        self.has_header = true;
        let mut line = csv::Writer::from_writer(out);
        line.write_record(R::COLUMNS.iter().map(|column| column.name))?;
        line.flush()
    }

    /// As received, for programs, unless that would do harm.
    fn cell<'a>(&self, value: Cow<'a, str>) -> Cow<'a, str> {
        let mut cell = value;
        if self.is_safe && cell.starts_with(FORMULA_STARTS) {
            cell = format!("'{cell}").into();
        }
        if self.is_terminal && cell.contains(is_unprintable) {
            cell = legible(&cell).into();
        }
        cell
    }
}

impl<R: Row> Output<R> for CsvOutput {
    fn row(&mut self, row: &R, out: &mut Vec<u8>) -> io::Result<()> {
        self.header::<R>(out)?;
        let mut line = csv::Writer::from_writer(out);
        for column in R::COLUMNS {
            let value = (column.value)(row).unwrap_or_default();
            line.write_field(self.cell(value).as_bytes())?;
        }
        // Ends the line.
        line.write_record(None::<&[u8]>)?;
        line.flush()
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.header::<R>(out)
    }
}
