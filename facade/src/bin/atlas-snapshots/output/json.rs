use std::io::{self, Write};

use atlas_snapshots::Snapshot;

use super::Output;

/// One JSON array, written row by row: valid once finished, whatever the number of rows.
pub(crate) struct JsonOutput<W> {
    out: W,
    is_empty: bool,
}

impl<W: Write> JsonOutput<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            is_empty: true,
        }
    }
}

impl<W: Write> Output for JsonOutput<W> {
    fn row(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        self.out
            .write_all(if self.is_empty { b"[\n" } else { b",\n" })?;
        self.is_empty = false;
        Ok(serde_json::to_writer(&mut self.out, snapshot)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out
            .write_all(if self.is_empty { b"[]\n" } else { b"\n]\n" })?;
        self.out.flush()
    }
}
