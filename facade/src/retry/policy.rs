//! What a person may tune about retries.

use std::num::NonZeroU32;
use std::time::Duration;

/// When and how often a failed page is asked for again before the listing reports an error.
///
/// Retried are: 429, 500, 502, 503, 504, connection failures, timeouts, and bodies that were cut
/// short. Everything else would fail the same way again. The wait before retry *n* is random
/// between nothing and `base_delay × 2ⁿ⁻¹` ("full jitter"), at least
/// [`min_delay`](Self::min_delay), at most [`max_delay`](Self::max_delay). Where the server
/// says how long to wait (`Retry-After`), the wait is that long plus jitter; beyond
/// [`max_retry_after`](Self::max_retry_after) it is an error that carries the time instead.
///
/// All clones of a client share one [`budget`](Self::budget), so that a failing service is not
/// hammered, and one 429 holds back every request of the client.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
/// use atlas_snapshots::{Atlas, Credentials, RetryPolicy};
///
/// let patient = RetryPolicy::default()
///     .max_attempts(NonZeroU32::new(10).unwrap())
///     .max_delay(Duration::from_secs(60));
/// let atlas = Atlas::builder()
///     .credentials(Credentials::access_token("an-access-token"))
///     .retry(patient) // or RetryPolicy::none()
///     .build()?;
/// # Ok::<(), atlas_snapshots::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a policy does nothing until it is given to a client"]
pub struct RetryPolicy {
    pub(crate) max_attempts: NonZeroU32,
    pub(crate) base_delay: Duration,
    pub(crate) min_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) max_retry_after: Duration,
    pub(crate) budget: u32,
}

const DEFAULT_ATTEMPTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: DEFAULT_ATTEMPTS,
            base_delay: Duration::from_millis(500),
            min_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(120),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// No retries: every failure is reported at once.
    pub fn none() -> Self {
        Self {
            max_attempts: NonZeroU32::MIN,
            ..Self::default()
        }
    }

    /// Requests a page may cost before its failure is reported, the first included; default 5.
    pub fn max_attempts(mut self, attempts: NonZeroU32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait before the first retry, doubling with each further one; default 500 ms.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The shortest wait before any retry, also where the server says "at once"; default 100 ms.
    pub fn min_delay(mut self, delay: Duration) -> Self {
        self.min_delay = delay;
        self
    }

    /// The longest wait where the server names none; default 20 s. It wins over
    /// [`min_delay`](Self::min_delay).
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` worth waiting for; default 2 minutes. A longer one is reported
    /// as an error with [`Error::retry_after`](crate::Error::retry_after).
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Retries that all clones of a client may make before a success has to earn the next one;
    /// default 100. Each retry takes one, each successful page gives one back.
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }
}
