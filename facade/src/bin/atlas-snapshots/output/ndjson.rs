use std::io::{self, Write};

use atlas_snapshots::Snapshot;

use super::Output;

/// One JSON object a line.
pub(crate) struct NdjsonOutput<W> {
    out: W,
}

impl<W: Write> NdjsonOutput<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Output for NdjsonOutput<W> {
    fn row(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, snapshot)?;
        self.out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
