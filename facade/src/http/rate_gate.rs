//! The pause of the requests of a bucket after a rate limit.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Pauses the requests of a bucket until a moment, after a 429.
#[derive(Debug, Default)]
pub(super) struct RateGate {
    closed_until: Mutex<Option<Instant>>,
}

impl RateGate {
    /// Pauses requests until `moment`, or longer if they are paused longer already.
    pub(super) fn close_until(&self, moment: Instant) {
        let mut closed_until = self.lock();
        *closed_until = (*closed_until).max(Some(moment));
    }

    /// How long requests are paused yet; `None` where they may be sent.
    pub(super) fn closed_for(&self, now: Instant) -> Option<Duration> {
        let moment = self.lock().filter(|&moment| moment > now)?;
        Some(moment - now)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
