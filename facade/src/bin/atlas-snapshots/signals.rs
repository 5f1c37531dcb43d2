//! Ctrl-C and SIGTERM: a run with a checkpoint file ends in order when one of them arrives.

use std::future::pending;
use std::io;

use tokio::sync::watch;

/// Whether a signal has arrived that is to end the program.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Leaves it to the system to end the program at once.
    pub(crate) fn unwatched() -> Self {
        Self(watch::channel(false).1)
    }

    /// Watches for signals from now on, on another thread.
    pub(crate) fn watched() -> io::Result<Self> {
        let mut signals = Signals::watched()?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signals.next().await;
            sender.send_replace(true);
        });
        Ok(Self(receiver))
    }

    pub(crate) fn has_arrived(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for a signal; forever where they are not watched.
    pub(crate) async fn arrives(&mut self) {
        if self.0.wait_for(|has_arrived| *has_arrived).await.is_err() {
            pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn watched() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn watched() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    }
}
