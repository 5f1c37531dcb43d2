//! The clock, sleeping and randomness, as a parameter so that tests control them.

use std::fmt::Debug;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::runtime::{Handle, Id};
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};

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
        Box::pin(Timer {
            moment,
            sleep: None,
        })
    }

    fn jitter(&self, longest: Duration) -> Duration {
        longest.mul_f64(fastrand::f64())
    }
}

/// The current runtime, in which requests and waits are possible.
///
/// # Errors
///
/// `InvalidArgument` outside of a runtime, or in one whose timer is not enabled.
pub(crate) fn current_runtime() -> Result<Handle> {
    let refuse = |rule| Err(Error::new(ErrorKind::InvalidArgument).with_message(rule));
    let Ok(runtime) = Handle::try_current() else {
        return refuse("requests must be polled inside a Tokio runtime");
    };
    if !has_timer() {
        return refuse(
            "the Tokio runtime needs its timer; build it with enable_time or enable_all",
        );
    }
    Ok(runtime)
}

/// Whether the current runtime has a timer. It cannot be asked: where it has none, a wait panics,
/// and the panic hook of the program prints so.
fn has_timer() -> bool {
    catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_ok()
}

/// A wait in whichever runtime it is polled. One of Tokio's own panics where its runtime has been
/// shut down.
struct Timer {
    moment: Instant,
    /// The wait, and the runtime that it belongs to.
    sleep: Option<(Id, Pin<Box<tokio::time::Sleep>>)>,
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let moment = self.moment;
        if Instant::now() >= moment {
            return Poll::Ready(());
        }
        let Ok(runtime) = current_runtime() else {
            // A request reports it, the next one or one that is waited for already.
            return match self.sleep {
                None => Poll::Ready(()),
                Some(_) => Poll::Pending,
            };
        };
        let id = runtime.id();
        let (_, sleep) = match self.sleep.take() {
            Some(sleep) if sleep.0 == id => self.sleep.insert(sleep),
            _ => {
                let sleep = Box::pin(tokio::time::sleep_until(moment));
                self.sleep.insert((id, sleep))
            }
        };
        sleep.as_mut().poll(cx)
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
