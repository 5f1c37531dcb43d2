//! Standard output as the system has it.
//!
//! On Unix, rows are written to the descriptor itself: `std::io::Stdout` reports success where the
//! descriptor cannot be written to (`EBADF`).

use std::io;

use crate::signals::Signal;
use system::{Descriptor, wait_for_space, write_piece};

/// On Linux, a pipe with enough space takes this many bytes as a whole: no row is torn by a kill.
pub(crate) const PIECE: usize = 4096;

#[derive(Debug)]
pub(crate) struct Stdout {
    descriptor: Descriptor,
    discards_rows: bool,
}

impl Stdout {
    /// Whether nobody can read the rows, because standard output was closed when the program
    /// began. The runtime of Rust then opens the null device in its place, for reading and
    /// writing. Redirections of a shell open it for writing alone.
    pub(crate) fn discards_rows(&self) -> bool {
        self.discards_rows
    }

    /// Writes piece by piece, until nothing is left or there is an `interrupt` while there is no
    /// space, which it returns. `rest` is what is not written.
    ///
    /// A program that is killed while a write blocks may still write, if its reader makes space
    /// before the program is gone. One that is killed while it waits for space does not.
    pub(crate) fn write(
        &self,
        rest: &mut &[u8],
        interrupt: impl Fn() -> Option<Signal>,
    ) -> io::Result<Option<Signal>> {
        while !rest.is_empty() {
            if let Some(signal) = wait_for_space(self.descriptor, &interrupt)? {
                return Ok(Some(signal));
            }
            let (piece, _) = rest.split_at(rest.len().min(PIECE));
            let written = write_piece(self.descriptor, piece)?;
            *rest = rest.get(written..).unwrap_or_default();
        }
        Ok(None)
    }
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::os::fd::BorrowedFd;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, stat};
    use rustix::io::{Errno, write};
    use rustix::stdio::stdout;

    use super::Stdout;
    use crate::signals::Signal;

    pub(super) type Descriptor = BorrowedFd<'static>;

    /// How long an interrupt may go unnoticed.
    const INTERVAL: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };

    impl Stdout {
        /// Fails where standard output is not open for writing.
        pub(crate) fn open() -> io::Result<Self> {
            let descriptor = stdout();
            let mode = fcntl_getfl(descriptor)? & OFlags::RWMODE;
            if mode == OFlags::RDONLY {
                return Err(Errno::BADF.into());
            }
            let discards_rows = mode == OFlags::RDWR && is_null_device(descriptor).unwrap_or(false);
            Ok(Self {
                descriptor,
                discards_rows,
            })
        }
    }

    fn is_null_device(descriptor: Descriptor) -> Result<bool, Errno> {
        let (found, null) = (fstat(descriptor)?, stat("/dev/null")?);
        let is_device = FileType::from_raw_mode(found.st_mode) == FileType::CharacterDevice;
        Ok(is_device && found.st_rdev == null.st_rdev)
    }

    /// Waits until a piece can be written, also to a descriptor that does not block, or until there
    /// is an `interrupt`, which it returns.
    pub(super) fn wait_for_space(
        descriptor: Descriptor,
        interrupt: impl Fn() -> Option<Signal>,
    ) -> io::Result<Option<Signal>> {
        loop {
            let interrupt = interrupt();
            let timeout = match interrupt {
                Some(_) => Timespec::default(),
                None => INTERVAL,
            };
            let mut fds = [PollFd::new(&descriptor, PollFlags::OUT)];
            match poll(&mut fds, Some(&timeout)) {
                // A closed pipe counts as space: writing reports it.
                Ok(1..) => return Ok(None),
                Ok(_) if interrupt.is_some() => return Ok(interrupt),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes some of the bytes, or none where that would block.
    pub(super) fn write_piece(descriptor: Descriptor, bytes: &[u8]) -> io::Result<usize> {
        match write(descriptor, bytes) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => Ok(written),
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io::{self, Write};

    use super::Stdout;
    use crate::signals::Signal;

    #[derive(Debug, Clone, Copy)]
    pub(super) struct Descriptor;

    impl Stdout {
        pub(crate) fn open() -> io::Result<Self> {
            Ok(Self {
                descriptor: Descriptor,
                discards_rows: false,
            })
        }
    }

    /// Writing blocks here.
    pub(super) fn wait_for_space(
        _descriptor: Descriptor,
        _interrupt: impl Fn() -> Option<Signal>,
    ) -> io::Result<Option<Signal>> {
        Ok(None)
    }

    pub(super) fn write_piece(_descriptor: Descriptor, bytes: &[u8]) -> io::Result<usize> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()?;
        Ok(bytes.len())
    }
}
