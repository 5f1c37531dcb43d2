use std::io::{self, Write};

use atlas_snapshots::Snapshot;
use csv::{ErrorKind, Writer};

use super::Output;
use super::columns::COLUMNS;

/// Comma-separated values, quoted where RFC 4180 asks for it, below a header.
pub(crate) struct CsvOutput<W: Write> {
    out: Writer<W>,
    has_header: bool,
}

impl<W: Write> CsvOutput<W> {
    /// Goes on below an earlier run's header and rows, if `continued`.
    pub(crate) fn new(out: W, continued: bool) -> Self {
        Self {
            out: Writer::from_writer(out),
            has_header: continued,
        }
    }

    fn header(&mut self) -> io::Result<()> {
        if self.has_header {
            return Ok(());
        }
        self.has_header = true;
        let names = COLUMNS.iter().map(|column| column.name);
        self.out.write_record(names).map_err(into_io)
    }
}

impl<W: Write> Output for CsvOutput<W> {
    fn row(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        self.header()?;
        for column in &COLUMNS {
            let value = (column.value)(snapshot).unwrap_or_default();
            self.out.write_field(value.as_bytes()).map_err(into_io)?;
        }
        // Ends the line.
        self.out.write_record(None::<&[u8]>).map_err(into_io)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.header()?;
        self.out.flush()
    }
}

/// Keeps the kind of an I/O error, which the crate's own conversion drops: a broken pipe is
/// not a failure.
fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
