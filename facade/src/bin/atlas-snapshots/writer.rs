//! Writes rows to standard output, and keeps the checkpoint file in step with them.

use crate::checkpoint_file::{CheckpointFile, Contents};
use crate::exit::StopReason;
use crate::output::Output;
use crate::signals::Interrupt;
use crate::stdout::{PIECE, Stdout};

/// Writes rows. With a checkpoint file, it updates the file behind each piece of rows written.
pub(crate) struct Writer<R> {
    output: Box<dyn Output<R>>,
    stdout: Stdout,
    file: Option<CheckpointFile>,
    interrupt: Interrupt,
    /// Rows as text, not written yet.
    buffer: Vec<u8>,
    rows_buffered: u64,
    rows_written: u64,
    /// Whether some of the buffer is written, and not all of it.
    is_torn: bool,
    /// The state behind the buffered rows, unless the file has it already.
    unsaved: Option<Contents>,
}

impl<R> Writer<R> {
    pub(crate) fn new(
        output: Box<dyn Output<R>>,
        stdout: Stdout,
        file: Option<CheckpointFile>,
        interrupt: Interrupt,
    ) -> Self {
        Self {
            output,
            stdout,
            file,
            interrupt,
            buffer: Vec::new(),
            rows_buffered: 0,
            rows_written: 0,
            is_torn: false,
            unsaved: None,
        }
    }

    /// Buffers a row, and writes those before it where they would be more than one piece together.
    /// To be followed by [`set_checkpoint`](Self::set_checkpoint).
    pub(crate) fn row(&mut self, row: &R) -> Result<(), StopReason> {
        let mut text = Vec::new();
        self.output
            .row(row, &mut text)
            .map_err(StopReason::Output)?;
        let buffered = self.buffer.len();
        if buffered > 0 && buffered + text.len() > PIECE {
            self.flush()?;
        }
        self.buffer.append(&mut text);
        self.rows_buffered += 1;
        Ok(())
    }

    /// Sets what the checkpoint file is to contain when the rows so far are written.
    pub(crate) fn set_checkpoint(&mut self, contents: impl FnOnce() -> Contents) {
        if self.file.is_some() {
            self.unsaved = Some(contents());
        }
    }

    /// Writes every row so far, where the format allows it.
    pub(crate) fn flush(&mut self) -> Result<(), StopReason> {
        // All but the last step is done before: only a kill between two calls to the system
        // leaves rows written that the file does not cover.
        let staged = match (&self.file, &self.unsaved) {
            (Some(file), Some(contents)) => {
                Some(file.stage(contents).map_err(StopReason::CheckpointFile)?)
            }
            _ => None,
        };
        self.write_buffer()?;
        // Nothing may come between these two.
        let saved = match (&mut self.file, staged) {
            (Some(file), Some(staged)) => file.replace_with(staged),
            _ => Ok(()),
        };
        self.unsaved = None;
        saved.map_err(StopReason::CheckpointFile)
    }

    /// Writes what is left, and what belongs after the last row of a whole listing.
    pub(crate) fn finish(&mut self) -> Result<(), StopReason> {
        self.output
            .finish(&mut self.buffer)
            .map_err(StopReason::Output)?;
        self.flush()
    }

    /// Writes what is left of a listing that is not whole.
    pub(crate) fn stop(&mut self) -> Result<(), StopReason> {
        self.output
            .stop(&mut self.buffer)
            .map_err(StopReason::Output)?;
        self.flush()
    }

    /// Removes the checkpoint file, because the listing has ended.
    pub(crate) fn remove_checkpoint(&self) -> Result<(), StopReason> {
        let removed = self.file.as_ref().map_or(Ok(()), CheckpointFile::remove);
        removed.map_err(StopReason::CheckpointFile)
    }

    /// Rows certainly written.
    pub(crate) fn rows_written(&self) -> u64 {
        self.rows_written
    }

    /// Rows of which some are written, because writing has failed or was interrupted.
    pub(crate) fn rows_torn(&self) -> u64 {
        if self.is_torn { self.rows_buffered } else { 0 }
    }

    /// How to resume from the checkpoint file, if there is one.
    pub(crate) fn hint(&self) -> Option<String> {
        self.file.as_ref().map(CheckpointFile::hint)
    }

    /// What a person should know about what was printed.
    pub(crate) fn notice(&self) -> Option<String> {
        self.output.notice()
    }

    fn write_buffer(&mut self) -> Result<(), StopReason> {
        // Rows that a format keeps to itself until the end leave the buffer empty.
        if self.buffer.is_empty() {
            return Ok(());
        }
        let mut rest = self.buffer.as_slice();
        let written = self.stdout.write(&mut rest, || self.interrupt.arrived());
        self.is_torn = !rest.is_empty() && rest.len() < self.buffer.len();
        if let Some(signal) = written.map_err(StopReason::Output)? {
            return Err(StopReason::Interrupted(signal));
        }
        self.buffer.clear();
        self.rows_written += std::mem::take(&mut self.rows_buffered);
        Ok(())
    }
}
