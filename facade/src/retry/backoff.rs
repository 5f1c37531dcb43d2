//! What to do after a failure.

use std::time::Duration;

use super::policy::RetryPolicy;
use super::timing::Timing;
use crate::error::{Error, ErrorKind};

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Wait, then try again.
    Wait {
        /// For this page.
        page: Duration,
        /// For every other request of the client, where the server asked for less traffic.
        everyone: Option<Duration>,
    },
    /// Report the failure.
    GiveUp,
}

/// What to do after attempt number `attempts` failed with `error`.
pub(crate) fn next_step(
    policy: &RetryPolicy,
    timing: &dyn Timing,
    attempts: u32,
    error: &Error,
) -> Step {
    if !error.is_retryable() {
        return Step::GiveUp;
    }
    let asked = error.retry_after();
    let patience_ends = attempts >= policy.max_attempts.get();
    if patience_ends || asked.is_some_and(|wait| wait > policy.max_retry_after) {
        return Step::GiveUp;
    }
    let doublings = attempts.saturating_sub(1).min(31);
    let ceiling = policy
        .base_delay
        .saturating_mul(1 << doublings)
        .min(policy.max_delay);
    let jitter = timing.jitter(ceiling);
    let floor = policy.min_delay.min(policy.max_delay);
    // A server that names a time is believed, and its callers do not all come back at once.
    let wait = match asked {
        Some(wait) => wait.max(floor).saturating_add(jitter),
        None => jitter.max(floor),
    };
    let is_rate_limit = error.kind() == ErrorKind::RateLimited;
    Step::Wait {
        page: wait,
        everyone: is_rate_limit.then(|| asked.map_or(wait, |asked| asked.max(floor))),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::SystemTime;

    use tokio::time::Instant;

    use super::super::timing::Sleep;
    use super::*;

    /// Chance that always gives the same share of the longest wait.
    #[derive(Debug)]
    struct Share(f64);

    impl Timing for Share {
        fn now(&self) -> Instant {
            Instant::now()
        }

        fn wall_clock(&self) -> SystemTime {
            SystemTime::now()
        }

        fn sleep_until(&self, _: Instant) -> Sleep {
            Box::pin(std::future::ready(()))
        }

        fn jitter(&self, longest: Duration) -> Duration {
            longest.mul_f64(self.0)
        }
    }

    fn policy() -> RetryPolicy {
        RetryPolicy::default()
            .max_attempts(NonZeroU32::new(40).unwrap())
            .base_delay(Duration::from_millis(100))
            .min_delay(Duration::from_millis(30))
            .max_delay(Duration::from_secs(1))
            .max_retry_after(Duration::from_secs(60))
    }

    fn wait(share: f64, attempts: u32, error: &Error) -> Option<(u128, Option<u128>)> {
        match next_step(&policy(), &Share(share), attempts, error) {
            Step::Wait { page, everyone } => {
                Some((page.as_millis(), everyone.map(|wait| wait.as_millis())))
            }
            Step::GiveUp => None,
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_never_fall_below_the_floor() {
        let error = Error::new(ErrorKind::Server);
        let longest: Vec<_> = (1..=6).map(|n| wait(1.0, n, &error).unwrap().0).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1000, 1000]);
        let half: Vec<_> = (1..=3).map(|n| wait(0.5, n, &error).unwrap().0).collect();
        assert_eq!(half, [50, 100, 200]);
        assert_eq!(wait(0.0, 1, &error), Some((30, None)));
        assert_eq!(wait(1.0, 39, &error), Some((1000, None)), "no overflow");
    }

    #[test]
    fn the_limit_counts_the_first_attempt() {
        let error = Error::new(ErrorKind::Connect);
        assert!(wait(1.0, 39, &error).is_some());
        assert!(wait(1.0, 40, &error).is_none());
        let none = next_step(&RetryPolicy::none(), &Share(0.0), 1, &error);
        assert_eq!(none, Step::GiveUp);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (kind, again) in [
            (ErrorKind::RateLimited, true),
            (ErrorKind::Server, true),
            (ErrorKind::Timeout, true),
            (ErrorKind::Connect, true),
            (ErrorKind::Protocol, false),
            (ErrorKind::Decode, false),
            (ErrorKind::BadRequest, false),
            (ErrorKind::Unauthenticated, false),
            (ErrorKind::IpNotAllowed, false),
            (ErrorKind::NotFound, false),
            (ErrorKind::Sunset, false),
            (ErrorKind::Internal, false),
        ] {
            assert_eq!(wait(1.0, 1, &Error::new(kind)).is_some(), again, "{kind:?}");
        }
        assert!(wait(1.0, 1, &Error::new(ErrorKind::Protocol).retryable()).is_some());
    }

    #[test]
    fn the_server_is_believed_within_reason_and_everyone_waits() {
        let limited = |seconds| {
            Error::new(ErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(seconds)))
        };
        assert_eq!(wait(1.0, 1, &limited(7)), Some((7100, Some(7000))));
        assert_eq!(
            wait(0.0, 1, &limited(0)),
            Some((30, Some(30))),
            "zero is not believed"
        );
        assert_eq!(wait(1.0, 1, &limited(60)), Some((60_100, Some(60_000))));
        assert_eq!(wait(1.0, 1, &limited(61)), None);
        let unsaid = Error::new(ErrorKind::RateLimited);
        assert_eq!(wait(1.0, 2, &unsaid), Some((200, Some(200))));
        let busy = Error::new(ErrorKind::Server).with_retry_after(Some(Duration::from_secs(3)));
        assert_eq!(wait(1.0, 1, &busy), Some((3100, None)));
    }
}
