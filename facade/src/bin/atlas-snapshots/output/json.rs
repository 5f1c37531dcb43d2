use std::io;

use atlas_snapshots::Snapshot;

use super::Output;

/// One JSON array, written row by row: valid once finished, whatever the number of rows.
#[derive(Default)]
pub(crate) struct JsonOutput {
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
