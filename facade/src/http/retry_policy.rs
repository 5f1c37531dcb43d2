//! The settings of retries.

use std::time::Duration;

use super::clock::Clock;

/// When and how often a failed request is sent again before its error is reported.
///
/// Retried are: 408, 429, every 5xx, connection failures, timeouts, and bodies that were cut short.
/// Every other error would occur again. The wait before retry *n* is random between zero and
/// `base_delay × 2ⁿ⁻¹` ("full jitter"), at least [`min_delay`](Self::min_delay), at most
/// [`max_delay`](Self::max_delay). Where the server says how long to wait (`Retry-After`), the
/// wait is that long plus jitter.
///
/// A rate limit (429) is not a failure: it counts as no retry and takes nothing from the
/// [`retry_budget`](Self::retry_budget). It pauses the requests of its bucket for as long as the
/// server says, or for `min_delay`: those that Atlas counts together, which are the requests of one
/// project to one set of endpoints (backups, Flex, clusters). After the pause the requests are sent at random times, spread
/// the wider the more pauses there were. Only the time is limited: one request waits
/// [`max_rate_limit_wait`](Self::max_rate_limit_wait) in all. Without retries, a rate limit is
/// reported at once.
///
/// The `retry_budget`, which bounds the load on a failing service, is per bucket too: where one
/// project has used it up, the requests of others are still retried. All clones of a client share
/// the buckets.
///
/// Requests for access tokens are retried by the same policy, once for all requests that wait for
/// the token. They are a bucket of their own.
///
/// ```
/// use std::time::Duration;
/// use atlas_snapshots::{Atlas, Credentials, RetryPolicy};
///
/// let policy = RetryPolicy::default()
///     .max_retries(9)
///     .max_delay(Duration::from_secs(60));
/// let atlas = Atlas::builder()
///     .credentials(Credentials::access_token("an-access-token"))
///     .retry_policy(policy) // or RetryPolicy::none()
///     .build()?;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a policy does nothing until it is given to a client"]
pub struct RetryPolicy {
    pub(super) max_retries: u32,
    base_delay: Duration,
    min_delay: Duration,
    max_delay: Duration,
    pub(super) max_rate_limit_wait: Duration,
    pub(super) retry_budget: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 4,
            base_delay: Duration::from_millis(500),
            min_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(20),
            max_rate_limit_wait: Duration::from_secs(120),
            retry_budget: 100,
        }
    }
}

impl RetryPolicy {
    /// No retries: every failure is reported at once, rate limits included.
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// How often a request is sent again before its failure is reported; default 4, 0 for never,
    /// also after a rate limit. Otherwise rate limits do not count.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The longest wait before the first retry, doubled for each further one; default 500 ms.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The shortest wait before any retry, also where the server requests none; default 100 ms.
    /// After a rate limit it is never less than that.
    pub fn min_delay(mut self, delay: Duration) -> Self {
        self.min_delay = delay;
        self
    }

    /// The longest wait where the server requests none; default 20 s. It takes precedence over
    /// [`min_delay`](Self::min_delay).
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// How long one request waits in all because the server limits the rate or requests a wait
    /// (`Retry-After`, whatever the status); default 2 minutes. A wait that would take longer is
    /// not begun: the error is reported, with the server's wait as
    /// [`Error::retry_after`](crate::Error::retry_after).
    pub fn max_rate_limit_wait(mut self, wait: Duration) -> Self {
        self.max_rate_limit_wait = wait;
        self
    }

    /// The number of retries that all clones of a client may make in one bucket before successes
    /// earn further ones; default 100. Each retry takes one, and each successful request gives one
    /// back.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// The random part of wait number `number`.
    pub(super) fn jitter(&self, clock: &dyn Clock, number: u32) -> Duration {
        let doublings = number.saturating_sub(1).min(31);
        let longest = self.base_delay.saturating_mul(1 << doublings);
        clock.jitter(longest.min(self.max_delay))
    }

    /// The shortest wait before a request is sent again.
    pub(super) fn shortest(&self) -> Duration {
        self.min_delay.min(self.max_delay)
    }
}
