//! The pause of the requests of a bucket after a rate limit.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Pauses the requests of a bucket until a moment, after a 429.
#[derive(Debug, Default)]
pub(super) struct RateGate {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    closed_until: Option<Instant>,
    closings: u64,
}

impl RateGate {
    /// Pauses requests until `moment`, or longer if they are paused longer already.
    pub(super) fn close_until(&self, moment: Instant) {
        let mut state = self.lock();
        state.closed_until = state.closed_until.max(Some(moment));
        state.closings += 1;
    }

    /// How long requests are paused yet; `None` where they may be sent.
    pub(super) fn closed_for(&self, now: Instant) -> Option<Duration> {
        let moment = self.lock().closed_until.filter(|&moment| moment > now)?;
        Some(moment - now)
    }

    /// How often requests have been paused.
    pub(super) fn closings(&self) -> u64 {
        self.lock().closings
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
