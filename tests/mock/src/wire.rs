//! Our end of a connection, with a switch to cut it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::state::lock;

/// How a connection ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// An orderly end of the byte stream (FIN), at the wrong place.
    Close,
    /// An error on the other side (RST).
    Reset,
}

/// Cuts one connection; an extension of every request that comes on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cutter(Arc<Switch>);

#[derive(Debug, Default)]
struct Switch {
    cut: Mutex<Option<Cut>>,
    flushed: Notify,
}

impl Cutter {
    /// From now on nothing is written. The HTTP layer finds out at its next write, gives the
    /// connection up, and drops it.
    pub(crate) fn cut(&self, how: Cut) {
        *lock(&self.0.cut) = Some(how);
    }

    /// Waits until all that was written so far is with the operating system.
    pub(crate) async fn flushed(&self) {
        self.0.flushed.notified().await;
    }

    fn state(&self) -> Option<Cut> {
        *lock(&self.0.cut)
    }

    fn refuse_if_cut(&self) -> io::Result<()> {
        self.state()
            .map_or(Ok(()), |_| Err(io::ErrorKind::ConnectionAborted.into()))
    }
}

/// A TCP stream that can be cut.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    cutter: Cutter,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, cutter: Cutter) -> Self {
        Self { stream, cutter }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.cutter.state() == Some(Cut::Reset) {
            // Closing a socket that does not linger discards what is unsent and sends RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cutter.refuse_if_cut()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.cutter.0.flushed.notify_waiters();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
