//! Ctrl-C and SIGTERM, where there is something to save before the program ends.

use std::future::pending;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The wish that the program ends.
pub(crate) struct Interrupt {
    is_watched: bool,
    #[cfg(unix)]
    terminate: Option<Signal>,
}

impl Interrupt {
    /// Watches for it, or leaves it to the system to end the program at once.
    pub(crate) fn watched_if(is_watched: bool) -> Self {
        Self {
            is_watched,
            #[cfg(unix)]
            terminate: is_watched
                .then(|| signal(SignalKind::terminate()).ok())
                .flatten(),
        }
    }

    /// Waits for it; for ever where it is not watched.
    pub(crate) async fn comes(&mut self) {
        if !self.is_watched {
            return pending().await;
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = self.terminated() => {}
        }
    }

    #[cfg(unix)]
    async fn terminated(&mut self) {
        match &mut self.terminate {
            Some(signal) => drop(signal.recv().await),
            None => pending().await,
        }
    }

    #[cfg(not(unix))]
    async fn terminated(&mut self) {
        pending().await
    }
}
