//! Whether standard output takes more rows.

#[cfg(unix)]
pub(crate) use unix::wait_for_room;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::AsFd;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    /// How long an interrupt may go unnoticed.
    const GLANCE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };

    /// Waits until writing a piece of rows would not block, or until `is_hopeless`. False where
    /// there is no room.
    ///
    /// A program that is killed while it blocks in writing may still write: if its reader makes
    /// room before it is gone. One that is killed here does not.
    pub(crate) fn wait_for_room(
        out: impl AsFd,
        is_hopeless: impl Fn() -> bool,
    ) -> io::Result<bool> {
        loop {
            let is_last = is_hopeless();
            let patience = if is_last { Timespec::default() } else { GLANCE };
            let mut fds = [PollFd::new(&out, PollFlags::OUT)];
            match poll(&mut fds, Some(&patience)) {
                // A reader that has gone counts as room: writing will tell.
                Ok(1..) => return Ok(true),
                Ok(_) if is_last => return Ok(false),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Writing blocks here.
#[cfg(not(unix))]
pub(crate) fn wait_for_room<T>(_out: T, _is_hopeless: impl Fn() -> bool) -> std::io::Result<bool> {
    Ok(true)
}
