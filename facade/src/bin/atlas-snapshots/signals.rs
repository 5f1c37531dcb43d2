//! Ctrl-C and SIGTERM: the program ends in order when one of them arrives, and at once when a second
//! one does.

use std::future::pending;
use std::io;

use tokio::sync::watch;

/// A signal that is to end the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    Terminate,
}

/// The signal that has arrived, if any.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<Option<Signal>>);

impl Interrupt {
    /// Leaves it to the system to end the program at once.
    pub(crate) fn unwatched() -> Self {
        Self(watch::channel(None).1)
    }

    /// Watches for signals from now on, on another thread. The second one ends the program with the
    /// code that `code_of` returns.
    pub(crate) fn watched(code_of: fn(Signal) -> i32) -> io::Result<Self> {
        let mut signals = Signals::watched()?;
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(async move {
            sender.send_replace(Some(signals.next().await));
            let second = signals.next().await;
            std::process::exit(code_of(second));
        });
        Ok(Self(receiver))
    }

    pub(crate) fn arrived(&self) -> Option<Signal> {
        *self.0.borrow()
    }

    /// Waits for a signal; forever where they are not watched.
    pub(crate) async fn arrives(&mut self) -> Signal {
        let arrived = self.0.wait_for(Option::is_some).await;
        match arrived.ok().and_then(|signal| *signal) {
            Some(signal) => signal,
            None => pending().await,
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

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
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

    async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
        Signal::Interrupt
    }
}
