//! Ctrl-C and SIGTERM, where there is something to save before the program ends.

use std::future::pending;
use std::io;

use tokio::sync::watch;

/// The wish that the program ends.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Leaves it to the system to end the program at once.
    pub(crate) fn unwatched() -> Self {
        Self(watch::channel(false).1)
    }

    /// Watches for it from now on, on another thread.
    pub(crate) fn watched() -> io::Result<Self> {
        let mut signals = Signals::watched()?;
        let (told, heard) = watch::channel(false);
        tokio::spawn(async move {
            signals.next().await;
            told.send_replace(true);
        });
        Ok(Self(heard))
    }

    pub(crate) fn has_come(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it; for ever where it is not watched.
    pub(crate) async fn comes(&mut self) {
        if self.0.wait_for(|has_come| *has_come).await.is_err() {
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
