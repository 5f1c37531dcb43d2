use std::io;

use atlas_snapshots::Snapshot;
use csv::Writer;

use super::Output;
use super::columns::COLUMNS;

/// Comma-separated values, quoted where RFC 4180 asks for it, below a header.
pub(crate) struct CsvOutput {
    has_header: bool,
}

impl CsvOutput {
    /// Goes on below an earlier run's header and rows, if `continued`.
    pub(crate) fn new(continued: bool) -> Self {
        Self {
            has_header: continued,
        }
    }

    fn header(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.has_header {
            return Ok(());
        }
        self.has_header = true;
        let mut line = Writer::from_writer(out);
        line.write_record(COLUMNS.iter().map(|column| column.name))?;
        line.flush()
    }
}

impl Output for CsvOutput {
    fn row(&mut self, snapshot: &Snapshot, out: &mut Vec<u8>) -> io::Result<()> {
        self.header(out)?;
        let mut line = Writer::from_writer(out);
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
