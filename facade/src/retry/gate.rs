//! One 429 holds back every request of a client.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::timing::Timing;

/// Closed until a moment; open before the first 429 and after that moment.
#[derive(Debug, Default)]
pub(crate) struct RateGate {
    closed_until: Mutex<Option<Instant>>,
}

impl RateGate {
    /// Holds requests back until `moment`, or longer if they are held back longer already.
    pub(crate) fn close_until(&self, moment: Instant) {
        let mut closed_until = self.lock();
        *closed_until = (*closed_until).max(Some(moment));
    }

    /// Waits until the gate is open; it may be closed further meanwhile.
    pub(crate) async fn pass(&self, timing: &dyn Timing) {
        while let Some(moment) = self.opens_after(timing.now()) {
            timing.sleep_until(moment).await;
        }
    }

    fn opens_after(&self, now: Instant) -> Option<Instant> {
        self.lock().filter(|&moment| moment > now)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.closed_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::retry::SystemTiming;

    #[tokio::test(start_paused = true)]
    async fn it_opens_at_the_latest_moment_it_was_closed_until() {
        let gate = RateGate::default();
        let start = Instant::now();
        gate.pass(&SystemTiming).await;
        assert_eq!(start.elapsed(), Duration::ZERO);

        gate.close_until(start + Duration::from_secs(5));
        gate.close_until(start + Duration::from_secs(2));
        gate.pass(&SystemTiming).await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn closing_it_further_holds_back_those_who_wait() {
        let gate = RateGate::default();
        let start = Instant::now();
        gate.close_until(start + Duration::from_secs(5));
        tokio::join!(gate.pass(&SystemTiming), async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            gate.close_until(start + Duration::from_secs(9));
        });
        assert_eq!(start.elapsed(), Duration::from_secs(9));
    }
}
