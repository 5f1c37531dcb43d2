//! Writes rows to standard output, and keeps the checkpoint file in step with them.

use std::io::{self, StdoutLock, Write};

use atlas_snapshots::Snapshot;

use crate::checkpoint_file::{CheckpointFile, Contents, Staged};
use crate::exit::StopReason;
use crate::output::Output;
use crate::signals::Interrupt;

/// On Linux, a pipe with enough space takes this many bytes as a whole: no row is torn by a kill.
const PIECE: usize = 4096;

/// Writes rows. With a checkpoint file, it updates the file behind each piece of rows written.
pub(crate) struct Writer {
    output: Box<dyn Output>,
    stdout: StdoutLock<'static>,
    file: Option<CheckpointFile>,
    interrupt: Interrupt,
    /// Rows as text, not written yet.
    buffer: Vec<u8>,
    rows_buffered: u64,
    rows_written: u64,
    /// The state behind the buffered rows, unless the file has it already.
    unsaved: Option<Contents>,
}

impl Writer {
    pub(crate) fn new(
        output: Box<dyn Output>,
        file: Option<CheckpointFile>,
        interrupt: Interrupt,
    ) -> Self {
        Self {
            output,
            stdout: io::stdout().lock(),
            file,
            interrupt,
            buffer: Vec::new(),
            rows_buffered: 0,
            rows_written: 0,
            unsaved: None,
        }
    }

    /// Buffers a row, and writes those before it where they would be more than one piece together.
    /// To be followed by [`set_checkpoint`](Self::set_checkpoint).
    pub(crate) fn row(&mut self, snapshot: &Snapshot) -> Result<(), StopReason> {
        let mut row = Vec::new();
        self.output
            .row(snapshot, &mut row)
            .map_err(StopReason::Output)?;
        let buffered = self.buffer.len();
        if self.file.is_some() && buffered > 0 && buffered + row.len() > PIECE {
            self.flush()?;
        }
        self.buffer.append(&mut row);
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
        let Some(file) = &self.file else {
            return self.write_buffer();
        };
        // All but the last step is done before: only a kill between two calls to the system
        // leaves rows written that the file does not cover.
        let staged = match &self.unsaved {
            Some(contents) => Some(file.stage(contents).map_err(StopReason::CheckpointFile)?),
            None if self.buffer.is_empty() => return Ok(()),
            // A header without rows.
            None => None,
        };
        if !self.buffer.is_empty() {
            let has_space = wait_for_space(&self.stdout, || self.interrupt.has_arrived());
            if !has_space.map_err(StopReason::Output)? {
                return Err(StopReason::Interrupted);
            }
        }
        write_all(&mut self.stdout, &self.buffer)?;
        // Nothing may come between these two.
        let saved = staged.map_or(Ok(()), Staged::commit);
        self.count_written();
        self.unsaved = None;
        saved.map_err(StopReason::CheckpointFile)
    }

    /// Writes what is left, and what belongs after the last row.
    pub(crate) fn finish(&mut self) -> Result<(), StopReason> {
        self.output
            .finish(&mut self.buffer)
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

    /// Rows not written, or in part where writing has failed.
    pub(crate) fn rows_buffered(&self) -> u64 {
        self.rows_buffered
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
        write_all(&mut self.stdout, &self.buffer)?;
        self.count_written();
        Ok(())
    }

    /// Counts what was in the buffer as written.
    fn count_written(&mut self) {
        // Rows that a format keeps to itself until the end leave the buffer empty.
        if !self.buffer.is_empty() {
            self.buffer.clear();
            self.rows_written += std::mem::take(&mut self.rows_buffered);
        }
    }
}

fn write_all(stdout: &mut StdoutLock<'_>, bytes: &[u8]) -> Result<(), StopReason> {
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(StopReason::Output)
}

/// Waits until writing a piece of rows would not block, or until `is_interrupted`. False where
/// there is no space.
///
/// A program that is killed while a write blocks may still write, if its reader makes space before
/// the program is gone. One that is killed here does not.
#[cfg(unix)]
fn wait_for_space(
    stdout: impl std::os::fd::AsFd,
    is_interrupted: impl Fn() -> bool,
) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    /// How long an interrupt may go unnoticed.
    const INTERVAL: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };

    loop {
        let is_last = is_interrupted();
        let timeout = if is_last {
            Timespec::default()
        } else {
            INTERVAL
        };
        let mut fds = [PollFd::new(&stdout, PollFlags::OUT)];
        match poll(&mut fds, Some(&timeout)) {
            // A closed pipe counts as space: writing reports it.
            Ok(1..) => return Ok(true),
            Ok(_) if is_last => return Ok(false),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writing blocks here.
#[cfg(not(unix))]
fn wait_for_space<T>(_stdout: T, _is_interrupted: impl Fn() -> bool) -> io::Result<bool> {
    Ok(true)
}
