//! Clock, sleep and chance, injected so that tests own them.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Some 30 years: as good as never, and within what every clock can tell.
pub(crate) const FOREVER: Duration = Duration::from_secs(1_000_000_000);

/// The flow of time as a listing knows it.
pub(crate) trait Timing: Debug + Send + Sync {
    /// Now, on a clock that never jumps.
    fn now(&self) -> Instant;

    /// The moment when `length` has passed from now.
    fn moment_in(&self, length: Duration) -> Instant {
        self.now() + length.min(FOREVER)
    }

    /// Now, on the clock that HTTP dates are written by.
    fn wall_clock(&self) -> SystemTime;

    /// Wakes at `moment`.
    fn sleep_until(&self, moment: Instant) -> Sleep;

    /// A random length from nothing up to `longest`.
    fn jitter(&self, longest: Duration) -> Duration;
}

/// Real time and chance.
#[derive(Debug)]
pub(crate) struct SystemTiming;

impl Timing for SystemTiming {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall_clock(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, moment: Instant) -> Sleep {
        Box::pin(tokio::time::sleep_until(moment))
    }

    fn jitter(&self, longest: Duration) -> Duration {
        longest.mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_takes_any_length_up_to_the_longest() {
        let longest = Duration::from_secs(8);
        let waits: Vec<_> = (0..200).map(|_| SystemTiming.jitter(longest)).collect();
        assert!(waits.iter().all(|wait| *wait <= longest));
        // That one of two hundred falls into each half is as good as certain.
        assert!(waits.iter().any(|wait| *wait < longest / 2));
        assert!(waits.iter().any(|wait| *wait > longest / 2));
    }
}
