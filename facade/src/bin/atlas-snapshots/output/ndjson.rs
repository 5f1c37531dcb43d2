use std::io;

use atlas_snapshots::Snapshot;

use super::Output;

/// One JSON object a line.
pub(crate) struct NdjsonOutput;

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
