//! The clock, sleeping and randomness, as a parameter so that tests control them.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The longest duration that every clock can represent, some 30 years. Longer ones mean no limit.
pub(crate) const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// Time and randomness as this library sees them.
pub(crate) trait Clock: Debug + Send + Sync {
    /// The current time of a clock that never jumps.
    fn now(&self) -> Instant;

    /// The moment when `length` has passed from now.
    fn moment_in(&self, length: Duration) -> Instant {
        self.now() + length.min(LONGEST)
    }

    /// The current time of the clock that HTTP dates refer to.
    fn wall_clock(&self) -> SystemTime;

    /// Completes at `moment`.
    fn sleep_until(&self, moment: Instant) -> Sleep;

    /// A random duration from zero up to `longest`.
    fn jitter(&self, longest: Duration) -> Duration;
}

/// The clock of the system.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
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
        let waits: Vec<_> = (0..200).map(|_| SystemClock.jitter(longest)).collect();
        assert!(waits.iter().all(|wait| *wait <= longest));
        // That one of two hundred falls into each half is practically certain.
        assert!(waits.iter().any(|wait| *wait < longest / 2));
        assert!(waits.iter().any(|wait| *wait > longest / 2));
    }
}
